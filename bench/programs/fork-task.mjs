/** The forked process. */
process.on('message', message => process.send(typeof message === 'number' ? message + 1 : message))
