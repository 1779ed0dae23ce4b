const { parentPort, workerData } = require('worker_threads'); parentPort.postMessage('sq' + require('fastest-levenshtein').distance('a'.repeat(workerData), ''))
