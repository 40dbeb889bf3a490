"""What cannot be reached, or must not be written to, is named with bucket, endpoint and the way out, without a secret."""

from __future__ import annotations

import json
import socket
import stat
import time
from datetime import UTC, datetime, timedelta

import pytest
from archive_rows import add_visit
from bucket import MOTO_CANNOT, PATIENT, REAL, only_real
from hypothesis import given
from hypothesis import strategies as st
from proxy import Kind

import archive
from archive.errors import ArchiveError
from archive.log import TableLog
from archive.s3 import S3Store
from archive.s3_errors import BY_CODE
from archive.s3_options import S3Address, S3Options
from archive.schema import TABLES


def refused(bucket, uri: str = "") -> str:
    """Why an archive is neither written nor read."""
    bucket_uri = uri or bucket.uri
    said = []
    for attempt in (lambda: S3Store(bucket_uri.removeprefix("s3://"), PATIENT).prepare(), lambda: archive.open(bucket_uri)):
        with pytest.raises(ArchiveError) as raised:
            attempt()
        said.append(str(raised.value))
        assert bucket_uri in said[-1]
        assert "\n" not in said[-1]
        assert bucket.server.owner[1] not in said[-1]
    return " ".join(said)


def test_a_bucket_that_is_not_there(bucket, impatient):
    said = refused(bucket, "s3://talkback-nowhere/x")
    assert said.count("NoSuchBucket") == said.count("create the bucket first") == 2
    assert bucket.server.url in said


def test_a_prefix_under_which_nothing_lies(bucket):
    with pytest.raises(ArchiveError, match=f"there is no archive at s3://{bucket.name}/empty; a crawl creates one"):
        archive.open(f"s3://{bucket.name}/empty")


def test_a_server_that_is_not_there(bucket, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", nobody)
        began = time.monotonic()
        said = refused(bucket)
    assert said.count(f"(at {nobody}): nobody answers there; check AWS_ENDPOINT_URL") == 2
    assert time.monotonic() - began < 20


def test_no_credentials(bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    said = refused(bucket)
    assert said.count("no credentials were found; set AWS_ACCESS_KEY_ID") == 2


def test_half_of_the_credentials(bucket, monkeypatch):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "half of the credentials is missing" in refused(bucket)


def test_a_profile_that_is_not_there(bucket, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert refused(bucket).count("correct AWS_PROFILE") == 2


def test_a_server_that_went_away_is_waited_for_half_a_minute(bucket, monkeypatch):
    store = S3Store(f"{bucket.name}/x", S3Options(timeout_s=5.0))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        pauses: list[float] = []
        monkeypatch.setattr(time, "sleep", pauses.append)
        with pytest.raises(ArchiveError, match="nobody answers there"):
            store.read("x")
    assert 20 < sum(pauses) < 40


def test_delta_rs_waits_for_a_server_that_went_away_as_well(bucket, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        log = TableLog(S3Store(f"{bucket.name}/x", S3Options(timeout_s=5.0, retries=2)), TABLES["pages"])
        began = time.monotonic()
        with pytest.raises(ArchiveError, match="AWS_ENDPOINT_URL"):
            log.open()
    assert time.monotonic() - began > 2


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ('{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": "2020-01-01T00:00:00Z"}', "the credentials have expired: renew them"),
        ('{"Version": 1, "Acc', "cannot find the credentials"),
    ],
)  # fmt: skip
def test_a_source_of_credentials_that_gives_none_that_last_any_more(bucket, monkeypatch, tmp_path, gives, said):
    key, secret = bucket.server.owner
    (tmp_path / "config").write_text(f"[default]\ncredential_process = cat {tmp_path}/given\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    soon = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    given = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret, "Expiration": soon}
    (tmp_path / "given").write_text(json.dumps(given))
    store = S3Store(f"{bucket.name}/x", PATIENT)
    store.prepare()
    (tmp_path / "given").write_text(gives)
    for attempt in (lambda: store.read("x"), store.prepare, lambda: store.storage_options):
        with pytest.raises(ArchiveError, match=said):
            attempt()


def test_a_clock_that_is_wrong(bucket, proxy, impatient):
    proxy.fail(Kind.SKEWED, "(PUT|GET) ", times=1_000)
    assert refused(bucket).count("this machine's clock is wrong") == 2


def test_a_token_of_other_credentials(bucket, monkeypatch, tmp_path):
    key, secret = bucket.server.owner
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "aws-credentials").write_text(f"[default]\naws_access_key_id={key}\naws_secret_access_key={secret}\n")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "left over")
    with pytest.raises(ArchiveError, match="AWS_SESSION_TOKEN is set without the keys it belongs to; unset it"):
        bucket.started()


def test_a_server_without_conditional_writes(bucket, monkeypatch):
    exporter = bucket.exporter()
    client = exporter.store._connection.client
    put = client.put_object
    monkeypatch.setattr(client, "put_object", lambda IfNoneMatch, **rest: put(**rest))
    with pytest.raises(ArchiveError, match="ignores If-None-Match, so two crawls would lose each other's commits"):
        exporter.start()
    assert bucket.objects() == []


def test_a_place_with_other_content(bucket):
    bucket.client().put_object(Bucket=bucket.name, Key=f"{bucket.prefix}/pages/2024/x.csv", Body=b"x")
    with pytest.raises(ArchiveError, match="holds '2024' but no table; choose an empty place"):
        bucket.started()


def test_a_secret_that_a_server_repeats_is_not_passed_on(bucket):
    store = S3Store(f"{bucket.name}/x", PATIENT)
    secret = bucket.server.owner[1]
    assert secret not in str(store._failed("write", ValueError(f"you sent {secret}")))
    assert secret not in store.advice(f"<Code>NoSuchBucket</Code> {secret}")


def test_keys_in_the_endpoints_address_are_not_shown(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.server.url.replace("http://", "http://me:hidden@"))
    assert "hidden" not in refused(bucket, "s3://talkback-nowhere/x")


@pytest.mark.parametrize(
    "place",
    [
        "", "/x", "Bucket_1/x", "a/x", "bucket//x", "bucket/x//y", "bucket/../x", "bucket/x/.", "bucket/a%20b",
        "bucket/a?b", "bucket/a#b", "bucket/a*", "bucket/{a}", "bucket/a\\b", "bucket/a\nb", "bucket/\udcff", "bucket/" + "x" * 401,
    ],
)  # fmt: skip
def test_an_address_that_readers_understand_differently(place):
    with pytest.raises(ArchiveError, match=r"s3://") as raised:
        archive.open(f"s3://{place}")
    str(raised.value).encode()


def test_an_address_with_keys_in_it_is_not_repeated():
    with pytest.raises(ArchiveError, match="neither keys nor a host in it") as raised:
        archive.open("s3://KEY:hidden@bucket/x")
    assert "hidden" not in str(raised.value)


@given(st.text())
def test_any_address_is_an_address_or_refused_and_no_key_lies_outside_its_prefix(place):
    try:
        address = S3Address.parse(f"bucket/{place}")
    except ArchiveError:
        return
    assert address.key("pages/x").startswith(f"{address.prefix}/" if address.prefix else "pages/")
    assert not {".", ".."} & set(address.key("pages/x").split("/"))
    assert address.uri.startswith("s3://bucket")


def test_every_way_out_is_one_sentence():
    for code, way_out in BY_CODE.items():
        assert way_out, code
        assert "\n" not in way_out
        assert not way_out.endswith(".")


# -- one identity for both halves ---------------------------------------------------------------------


def test_a_profile_with_endpoint_and_region_leads_both_halves(bucket, monkeypatch, tmp_path):
    key, secret = bucket.server.owner
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    (tmp_path / "aws-credentials").write_text(f"[mine]\naws_access_key_id={key}\naws_secret_access_key={secret}\n")
    (tmp_path / "aws-config").write_text(f"[profile mine]\nregion=us-east-1\nendpoint_url={bucket.server.url}\n")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    for name, value in {"AWS_S3_ALLOW_UNSAFE_RENAME": "true", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true"}.items():
        monkeypatch.setenv(name, value)  # delta-rs reads them
    exporter = bucket.started()
    add_visit(exporter, "visit-1", comments=["a"])
    exporter.commit(exporter.take())
    exporter.close()
    assert bucket.every("comments", "comment_id") == {("a",): 1}


def test_credentials_that_expire_are_asked_for_again(bucket, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    # Soon enough to be asked for anew at each use (botocore: in the last ten minutes), late enough for a busy machine.
    soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    script = tmp_path / "keys.sh"
    script.write_text(
        f"#!/bin/sh\necho x >>{tmp_path}/asked\n"
        f'printf \'{{"Version":1,"AccessKeyId":"key-%d","SecretAccessKey":"s","SessionToken":"t","Expiration":"{soon}"}}\' '
        f"$(wc -l <{tmp_path}/asked)\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "aws-config").write_text(f"[default]\ncredential_process={script}\n")
    store = S3Store(f"{bucket.name}/x", PATIENT)
    first = store.storage_options
    assert (first["AWS_SESSION_TOKEN"], first["AWS_SECRET_ACCESS_KEY"]) == ("t", "s")
    assert store.storage_options["AWS_ACCESS_KEY_ID"] > first["AWS_ACCESS_KEY_ID"]


def test_what_the_environment_says_to_delta_alone_is_overruled(bucket, monkeypatch):
    options = S3Store(f"{bucket.name}/x", S3Options(encryption="AES256", timeout_s=2.5, retries=4)).storage_options
    assert options["AWS_ENDPOINT_URL"] == options["AWS_ENDPOINT_URL_S3"] == bucket.server.url
    assert options["AWS_CONDITIONAL_PUT"] == "etag"
    assert options["AWS_SKIP_SIGNATURE"] == options["AWS_S3_ALLOW_UNSAFE_RENAME"] == "false"
    assert options["AWS_ALLOW_HTTP"] == "true"
    assert options["AWS_SERVER_SIDE_ENCRYPTION"] == "AES256"
    assert (options["timeout"], options["max_retries"]) == ("2.5s", "4")


def test_buckets_are_named_by_host_where_the_configuration_says_so(bucket, monkeypatch, tmp_path):
    (tmp_path / "aws-config").write_text("[default]\ns3 =\n  addressing_style = virtual\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://s3.example.org")
    options = S3Store(f"{bucket.name}/x").storage_options
    assert options["AWS_ENDPOINT_URL"] == f"https://{bucket.name}.s3.example.org"
    assert options["AWS_VIRTUAL_HOSTED_STYLE_REQUEST"] == "true"


@pytest.mark.skipif(REAL is not None, reason="radosgw does not say where a bucket is; Amazon and moto do")
def test_the_region_is_the_buckets_whatever_the_environment_says(bucket, monkeypatch):
    far = f"{bucket.name}-far"
    bucket.client().create_bucket(Bucket=far, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    store = S3Store(f"{far}/x", PATIENT)
    assert store.storage_options["AWS_REGION"] == "us-east-1"
    store.prepare()
    assert store.storage_options["AWS_REGION"] == "eu-west-1"
    bucket.client().delete_bucket(Bucket=far)


@only_real(MOTO_CANNOT)
class TestReal:
    def test_a_key_that_nobody_has(self, bucket, monkeypatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        assert refused(bucket).count("InvalidAccessKeyId; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") == 2

    def test_a_secret_that_is_wrong(self, bucket, monkeypatch):
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        assert refused(bucket).count("SignatureDoesNotMatch; check AWS_ACCESS_KEY_ID") == 2

    def test_a_user_without_rights(self, bucket, monkeypatch):
        key, secret = bucket.server.stranger
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        said = refused(bucket)
        assert said.count("AccessDenied; give these credentials s3:ListBucket") == 2
        assert secret not in said

    def test_an_encryption_that_the_server_lacks(self, bucket):
        with pytest.raises(ArchiveError, match="check S3_ENCRYPTION, S3_KMS_KEY_ID and S3_STORAGE_CLASS"):
            bucket.started(options=S3Options(storage_class="NOWHERE", timeout_s=5))
        assert bucket.objects() == []
