module.exports = () => 'alpha ' + require('../lib/help.json').x
