/* Twikoo's real function (npm: twikoo-func) behind HTTP, over a stand-in for the cloud database that it is made for.
   server.js FUNCTION_DIR DATABASE_FILE PORT: the database is one JSON file, {collection: [document, ...]}. */
const fs = require('fs')
const http = require('http')
const Module = require('module')
const path = require('path')

const [folder, file, port] = process.argv.slice(2)
const DEFAULT_LIMIT = 100 // of get() in CloudBase, where nothing else is asked for
let tables = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file)) : { comment: [], config: [], counter: [] }
let visitor = {}

const flush = () => fs.writeFileSync(file, JSON.stringify(tables))
const is = (test) => ({ test })
const equals = (a, b) => a === b || (a == null && b == null)
const command = {
  in: (values) => is((value) => values.some((one) => equals(one, value))),
  neq: (other) => is((value) => !equals(value, other)),
  lt: (other) => is((value) => value < other),
  gt: (other) => is((value) => value > other),
  or: (...queries) => ({ any: queries.flat() }),
  inc: (by) => ({ by }),
  aggregate: { sum: (by) => ({ sum: by }) }
}
const fits = (row, query) => query.any
  ? query.any.some((one) => fits(row, one))
  : Object.entries(query).every(([key, want]) => want && want.test ? want.test(row[key]) : equals(row[key], want))

class Query {
  constructor (name, query = {}) { Object.assign(this, { name, query, order: null, most: DEFAULT_LIMIT, from: 0 }) }
  where (query) { this.query = query; return this }
  doc (id) { this.query = { _id: id }; return this }
  orderBy (key, direction) { this.order = [key, direction === 'desc' ? -1 : 1]; return this }
  limit (most) { this.most = most; return this }
  skip (from) { this.from = from; return this }
  rows () {
    if (!tables[this.name]) throw new Error(`no collection ${this.name}`)
    return tables[this.name].filter((row) => fits(row, this.query))
  }
  async count () { return { total: this.rows().length } }
  async get () {
    const rows = this.rows()
    if (this.order) rows.sort((a, b) => (a[this.order[0]] - b[this.order[0]]) * this.order[1])
    return { data: JSON.parse(JSON.stringify(rows.slice(this.from, this.from + this.most))) }
  }
  async add (row) {
    const id = (tables[this.name].length + Date.now() * 1000).toString(16).padStart(32, 'c')
    tables[this.name].push({ _id: id, ...JSON.parse(JSON.stringify(row)) })
    return { id }
  }
  async update (changes) {
    const rows = this.rows()
    for (const row of rows) Object.assign(row, changes)
    return { updated: rows.length }
  }
  async delete () {
    const rows = new Set(this.rows())
    tables[this.name] = tables[this.name].filter((row) => !rows.has(row))
    return { deleted: rows.size }
  }
  aggregate () { return this }
  match (query) { return this.where(query) }
  group (by) { this.by = by._id.slice(1); return this }
  async end () {
    const counts = {}
    for (const row of this.rows()) counts[row[this.by]] = (counts[row[this.by]] || 0) + 1
    return { data: Object.entries(counts).map(([_id, count]) => ({ _id, count })) }
  }
}

const cloud = {
  SYMBOL_CURRENT_ENV: Symbol('env'),
  getCloudbaseContext: () => ({}),
  init: () => ({
    auth: () => ({
      getClientIP: () => visitor.ip,
      getEndUserInfo: () => ({ userInfo: { uid: visitor.uid, customUserId: visitor.isAdmin ? 'admin' : '' } })
    }),
    database: () => ({
      command,
      RegExp: class { },
      collection: (name) => new Query(name),
      createCollection: async (name) => { tables[name] = tables[name] || [] }
    }),
    callFunction: async () => {} // would check for spam and send mail
  })
}
const load = Module._load
Module._load = (name, ...rest) => name === '@cloudbase/node-sdk' ? cloud : load(name, ...rest)
const { main } = require(path.resolve(folder))

let turn = Promise.resolve() // one after the other: who asks is a global
http.createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    turn = turn.then(async () => {
      let event = {}
      try { event = JSON.parse(Buffer.concat(parts).toString() || '{}') } catch (error) { /* as if there were none */ }
      visitor = { ip: request.headers['x-visitor'] || '127.0.0.1', uid: request.headers['x-visitor'] || 'u', isAdmin: request.headers['x-admin'] === 'yes' }
      const answer = event.event === 'SAVE' ? flush() : await main(event, { function_name: 'twikoo' })
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
      response.end(JSON.stringify(answer || {}))
    })
  })
}).listen(Number(port), '127.0.0.1')
