"""The style sheet of the report."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root { --ink: #1d2433; --quiet: #677084; --paper: #f5f6f8; --card: #fff; --line: #e3e6ec;
  --good: #2f7d6d; --calm: #9cc9bf; --still: #cfd5de; --warn: #e0a526; --bad: #c8402f; --gone: #8a6fae; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --quiet: #98a1b3; --paper: #14171d; --card: #1c2028; --line: #2d333e;
    --good: #4fae9b; --calm: #2f665c; --still: #4a5261; --warn: #d9a63a; --bad: #e2614f; --gone: #a58bc9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px; display: grid; gap: 16px;
  grid-template-columns: minmax(0, 1fr); }
header h1 { margin: 0; font-size: 24px; letter-spacing: -.02em; }
header p { margin: 2px 0 0; }
.place { font-family: ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 15px; }
h2 small { font-weight: normal; color: var(--quiet); }
.quiet { color: var(--quiet); font-size: 12.5px; }
section, .tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px;
  min-width: 0; }
section p { margin: 6px 0 0; }
.sound { border-left: 4px solid var(--good); }
.alarm { border-left: 4px solid var(--bad); }
.accepted { border-left: 4px solid var(--still); }
.alarm h2 { color: var(--bad); }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); }
.tile { padding: 12px 14px; }
.tile b { display: block; font-size: 21px; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.tile span { color: var(--quiet); font-size: 12.5px; }
.tile.bad b, .red { color: var(--bad); }
svg { display: block; width: 100%; height: auto; }
svg.shares { width: 120px; height: 12px; border-radius: 3px; overflow: hidden; }
svg.spark { max-width: 560px; margin-top: 12px; }
svg text { font-size: 10px; fill: var(--quiet); }
svg .number { text-anchor: end; } svg .time { text-anchor: middle; }
svg .grid { stroke: var(--line); } svg .mark { stroke: var(--ink); stroke-dasharray: 3 2; }
rect.good { fill: var(--good); } rect.calm { fill: var(--calm); } rect.quiet { fill: var(--still); }
rect.warn { fill: var(--warn); } rect.bad { fill: var(--bad); } rect.gone { fill: var(--gone); }
g:hover rect { opacity: .75; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 12.5px; color: var(--quiet); }
.legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
i.good { background: var(--good); } i.calm { background: var(--calm); } i.quiet { background: var(--still); }
i.warn { background: var(--warn); } i.bad { background: var(--bad); } i.gone { background: var(--gone); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 6px 14px 6px 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td details, td code { overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 500; font-size: 12px; white-space: nowrap; }
td:first-child { white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
em { font-style: normal; font-size: 11px; color: #fff; background: var(--bad); border-radius: 4px; padding: 1px 6px; }
td small { display: block; color: var(--quiet); }
details summary { cursor: pointer; }
details { margin: 0 0 2px; }
"""
