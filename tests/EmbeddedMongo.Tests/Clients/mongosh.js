// What people type into mongosh.
const assert = require('node:assert/strict');
let failed = 0;

function check(behaviour, run) {
  try {
    run();
    print(`ok: ${behaviour}`);
  } catch (error) {
    failed++;
    print(`FAILED: ${behaviour}\n${error.stack ?? error}`);
  }
}

// mongosh's arrays are of another realm, which deepEqual minds.
function same(actual, expected) {
  assert.equal(EJSON.stringify(actual), EJSON.stringify(expected));
}

function code(run) {
  try {
    run();
    return undefined;
  } catch (error) {
    return error.code;
  }
}

use('shell');

check('insert and find', () => {
  assert.equal(db.things.insertOne({ _id: 1, a: 1 }).acknowledged, true);
  assert.equal(Object.keys(db.things.insertMany([{ _id: 2, a: 2 }, { _id: 3, a: 2 }]).insertedIds).length, 2);
  same(db.things.find({ a: 2 }).sort({ _id: -1 }).toArray().map(d => d._id), [3, 2]);
  assert.equal(db.things.findOne({ _id: 1 }).a, 1);
  assert.equal(db.things.countDocuments(), 3);
});

check('show dbs and show collections', () => {
  assert.ok(show('dbs').value.some(d => d.name === 'shell'));
  same(show('collections').value.map(c => c.name), ['things']);
  same(db.getCollectionNames(), ['things']);
});

check('updates, findAndModify and removal', () => {
  assert.equal(db.things.updateMany({ a: 2 }, { $inc: { a: 1 } }).modifiedCount, 2);
  assert.equal(db.things.findAndModify({ query: { _id: 3 }, update: { $set: { b: 1 } }, new: true }).b, 1);
  assert.equal(db.things.deleteOne({ _id: 3 }).deletedCount, 1);
  assert.equal(db.things.replaceOne({ _id: 4 }, { a: 9 }, { upsert: true }).upsertedCount, 1);
});

check('createIndex, getIndexes and dropIndex', () => {
  assert.equal(db.things.createIndex({ a: 1 }), 'a_1');
  same(db.things.getIndexes().map(i => i.name), ['_id_', 'a_1']);
  assert.equal(db.things.dropIndex('a_1').ok, 1);
  same(db.things.getIndexKeys(), [{ _id: 1 }]);
});

check('explain tells an index scan from a collection scan', () => {
  const stages = plan => plan ? [plan.stage, ...stages(plan.inputStage)] : [];
  db.things.createIndex({ a: 1 });
  assert.ok(stages(db.things.find({ a: 3 }).explain().queryPlanner.winningPlan).includes('IXSCAN'));
  same(stages(db.things.find({ nowhere: 3 }).explain().queryPlanner.winningPlan), ['COLLSCAN']);
  assert.equal(db.things.explain('executionStats').find({ a: 3 }).finish().executionStats.nReturned, 1);
});

check('stats, validate and the sizes of a database', () => {
  db.things.createIndex({ a: 1 });
  const stats = db.things.stats();
  same([stats.ns, stats.count, stats.nindexes], ['shell.things', 3, 2]);
  const validated = db.things.validate();
  same([validated.valid, validated.nrecords, validated.keysPerIndex], [true, 3, { _id_: 3, a_1: 3 }]);
  assert.equal(Number(db.stats().objects), 3);
  assert.ok(db.things.totalIndexSize() > 0 && db.things.dataSize() > 0 && db.things.storageSize() > 0);
});

check('aggregate, distinct and count', () => {
  same(db.things.aggregate([{ $group: { _id: null, n: { $sum: '$a' } } }]).toArray(), [{ _id: null, n: 13 }]);
  same(db.things.distinct('a'), [1, 3, 9]);
  assert.equal(db.things.estimatedDocumentCount(), 3);
});

check('the server says what it is', () => {
  assert.match(db.version(), /^7\.0\./);
  assert.equal(db.serverStatus().ok, 1);
  assert.equal(db.hello().isWritablePrimary, true);
  assert.equal(db.runCommand({ ping: 1 }).ok, 1);
  assert.equal(db.adminCommand({ getParameter: 1, featureCompatibilityVersion: 1 }).featureCompatibilityVersion.version, '7.0');
});

check('errors carry their codes', () => {
  assert.equal(code(() => db.things.insertOne({ _id: 1 })), 11000);
  assert.equal(code(() => db.runCommand({ noSuchCommand: 1 })), 59);
  assert.equal(code(() => db.createCollection('capped', { capped: true, size: 4096 })), 238);
});

check('drop and dropDatabase', () => {
  assert.equal(db.things.drop(), true);
  assert.equal(db.dropDatabase().ok, 1);
  assert.equal(db.getMongo().getDBNames().includes('shell'), false);
});

quit(failed === 0 ? 0 : 1);
