#!/usr/bin/env node
'use strict'
import a, { b as c } from "a"; import * as d from 'd'
import 'side'
export { x } from "./x.js"; export * from './y'
import type { T } from 'types'
const e = require('e'), f = require(cond ? 'f1' : 'f2') || require.resolve('g')
const h = `t${require('h')}${`inner${1}`}x`
if (x) /require('no')/.test(y); const k = a / b / require("k")
import(`./locale/${lang}.js`).then(m => m.default)
require('./p/' + name + '.js'); require(path.join(__dirname, '..', 'q', 'r.js'))
new Worker(new URL('./w.js', import.meta.url)); fork(__dirname + '/s.js')
const req = createRequire(import.meta.url); req('t'); module.require('u')
