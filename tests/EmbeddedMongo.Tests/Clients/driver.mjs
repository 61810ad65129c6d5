// The official Node.js driver.
import assert from 'node:assert/strict';
import { Binary, Decimal128, Double, Int32, Long, MongoBulkWriteError, MongoClient, ObjectId, Timestamp } from 'mongodb';
import { check, code, finish } from './check.mjs';

const client = await MongoClient.connect(process.argv[2]);
const db = client.db('node');
let collections = 0;
const fresh = () => db.collection(`c${++collections}`);
const ids = async cursor => (await cursor.toArray()).map(d => d._id);

await check('insertOne makes an ObjectId and findOne gives the document back', async () => {
  const things = fresh();
  const { insertedId } = await things.insertOne({ a: 1, b: ['x', { c: null }] });
  assert.ok(insertedId instanceof ObjectId);
  assert.deepEqual(await things.findOne({ _id: insertedId }), { _id: insertedId, a: 1, b: ['x', { c: null }] });
  assert.equal(await things.findOne({ _id: new ObjectId() }), null);
});

await check('every BSON type comes back as it was sent', async () => {
  const things = fresh();
  const sent = {
    _id: 1, double: new Double(1.5), int: new Int32(7), long: Long.fromString('9007199254740993'), decimal: Decimal128.fromString('1.10'),
    date: new Date('2024-02-29T12:00:00.123Z'), regex: /a.b/i, binary: new Binary(Buffer.from([1, 2, 3])), timestamp: new Timestamp({ t: 5, i: 6 }),
    nothing: null, yes: true, text: 'ä€😀', nested: { deep: [[1], [{}]] },
  };
  await things.insertOne(sent);
  assert.deepEqual(await things.findOne({}, { promoteValues: false, promoteLongs: false }), {
    ...sent, _id: new Int32(1), nested: { deep: [[new Int32(1)], [{}]] },
  });
});

await check('insertMany stops at a duplicate when ordered and goes on when not', async () => {
  const things = fresh();
  const ordered = await things.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]).catch(e => e);
  assert.ok(ordered instanceof MongoBulkWriteError);
  assert.deepEqual([ordered.code, ordered.insertedCount, ordered.writeErrors.length, ordered.writeErrors[0].index], [11000, 1, 1, 1]);
  const unordered = await things.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 2 }, { _id: 3 }], { ordered: false }).catch(e => e);
  assert.deepEqual([unordered.insertedCount, unordered.writeErrors.map(e => e.index)], [2, [0, 2]]);
  assert.deepEqual(await ids(things.find().sort({ _id: 1 })), [1, 2, 3]);
});

await check('updateOne, updateMany and replaceOne count what they matched and changed', async () => {
  const things = fresh();
  await things.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 1 }, { _id: 3, n: 2 }]);
  const one = await things.updateOne({ n: 1 }, { $set: { m: 1 } });
  assert.deepEqual([one.matchedCount, one.modifiedCount, one.upsertedCount], [1, 1, 0]);
  const many = await things.updateMany({}, { $set: { m: 1 } });
  assert.deepEqual([many.matchedCount, many.modifiedCount], [3, 2]);
  const replaced = await things.replaceOne({ _id: 3 }, { x: 1 });
  assert.deepEqual([replaced.matchedCount, replaced.modifiedCount], [1, 1]);
  assert.deepEqual(await things.findOne({ _id: 3 }), { _id: 3, x: 1 });
});

await check('an upsert inserts once, with the equalities of its filter', async () => {
  const things = fresh();
  const upsert = () => things.updateOne({ key: 'a', n: { $gt: 0 } }, { $setOnInsert: { n: 5 }, $inc: { hits: 1 } }, { upsert: true });
  const first = await upsert();
  assert.deepEqual([first.matchedCount, first.upsertedCount], [0, 1]);
  const second = await upsert();
  assert.deepEqual([second.matchedCount, second.upsertedCount, second.upsertedId], [1, 0, null]);
  assert.deepEqual(await things.findOne({ _id: first.upsertedId }), { _id: first.upsertedId, key: 'a', hits: 2, n: 5 });
});

await check('update operators change fields and arrays', async () => {
  const things = fresh();
  await things.insertOne({ _id: 1, n: 1, tags: ['a', 'b'], grades: [{ k: 1, v: 5 }, { k: 2, v: 9 }], old: 1 });
  await things.updateOne({ _id: 1 }, {
    $inc: { n: 2 }, $push: { tags: { $each: ['d', 'c'], $sort: 1, $slice: -3 } }, $rename: { old: 'new' }, $set: { 'deep.x': 1 }, $min: { 'grades.0.v': 3 },
  });
  await things.updateOne({ _id: 1, 'grades.k': 2 }, { $set: { 'grades.$.v': 10 }, $addToSet: { tags: 'b' }, $currentDate: { at: true } });
  const { at, ...rest } = await things.findOne({ _id: 1 });
  assert.ok(at instanceof Date);
  assert.deepEqual(rest, { _id: 1, n: 3, tags: ['b', 'c', 'd'], grades: [{ k: 1, v: 3 }, { k: 2, v: 10 }], new: 1, deep: { x: 1 } });
});

await check('arrayFilters reach exactly the elements they describe', async () => {
  const things = fresh();
  await things.insertOne({ _id: 1, items: [{ q: 1, parts: [1, 9] }, { q: 5, parts: [7, 8] }] });
  await things.updateOne({ _id: 1 }, { $set: { 'items.$[big].ok': true }, $inc: { 'items.$[].parts.$[p]': 100 } }, { arrayFilters: [{ 'big.q': { $gte: 5 } }, { p: { $gt: 7 } }] });
  assert.deepEqual((await things.findOne()).items, [{ q: 1, parts: [1, 109] }, { q: 5, parts: [7, 108], ok: true }]);
  assert.equal(await code(things.updateOne({ _id: 1 }, { $set: { 'items.$[x].q': 1 } }, { arrayFilters: [{ y: 1 }] })), 2);
});

await check('an update by pipeline computes from the document', async () => {
  const things = fresh();
  await things.insertOne({ _id: 1, a: 2, b: 3 });
  await things.updateOne({ _id: 1 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'b' }]);
  assert.deepEqual(await things.findOne(), { _id: 1, a: 2, sum: 5 });
});

await check('findOneAndUpdate, -Replace and -Delete return the document before or after', async () => {
  const things = fresh();
  await things.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 2 }]);
  assert.deepEqual(await things.findOneAndUpdate({}, { $inc: { n: 10 } }, { sort: { n: -1 } }), { _id: 2, n: 2 });
  assert.deepEqual(await things.findOneAndUpdate({ _id: 2 }, { $inc: { n: 1 } }, { returnDocument: 'after', projection: { _id: 0 } }), { n: 13 });
  assert.deepEqual(await things.findOneAndReplace({ _id: 9 }, { n: 9 }, { upsert: true, returnDocument: 'after' }), { _id: 9, n: 9 });
  assert.deepEqual(await things.findOneAndDelete({ _id: 1 }), { _id: 1, n: 1 });
  assert.equal(await things.findOneAndDelete({ _id: 1 }), null);
  const raw = await things.findOneAndUpdate({ _id: 1 }, { $set: { n: 1 } }, { upsert: true, includeResultMetadata: true });
  assert.deepEqual([raw.value, raw.lastErrorObject], [null, { n: 1, updatedExisting: false, upserted: 1 }]);
});

await check('deleteOne and deleteMany', async () => {
  const things = fresh();
  await things.insertMany([{ n: 1 }, { n: 1 }, { n: 1 }, { n: 2 }]);
  assert.equal((await things.deleteOne({ n: 1 })).deletedCount, 1);
  assert.equal((await things.deleteMany({ n: 1 })).deletedCount, 2);
  assert.equal(await things.countDocuments(), 1);
});

await check('an ordered bulkWrite stops at its first error, an unordered one reports all', async () => {
  const things = fresh();
  const work = [
    { insertOne: { document: { _id: 1, n: 1 } } },
    { updateOne: { filter: { _id: 1 }, update: { $inc: { n: 1 } } } },
    { insertOne: { document: { _id: 1 } } },
    { updateMany: { filter: { n: 2 }, update: { $set: { m: 1 } }, upsert: true } },
    { replaceOne: { filter: { _id: 5 }, replacement: { r: 1 }, upsert: true } },
    { deleteOne: { filter: { _id: 9 } } },
  ];
  const ordered = await things.bulkWrite(work).catch(e => e);
  assert.deepEqual([ordered.code, ordered.result.insertedCount, ordered.result.modifiedCount, ordered.writeErrors[0].index], [11000, 1, 1, 2]);
  assert.equal(await things.countDocuments(), 1);
  await things.deleteMany({});
  const unordered = await things.bulkWrite(work, { ordered: false }).catch(e => e);
  assert.deepEqual(unordered.writeErrors.map(e => e.index), [2]);
  assert.equal(unordered.result.upsertedCount, 1);
  assert.deepEqual(await things.findOne({ _id: 1 }), { _id: 1, n: 2, m: 1 });
  const good = await things.bulkWrite([{ insertOne: { document: { _id: 7 } } }, { deleteMany: { filter: {} } }]);
  assert.deepEqual([good.insertedCount, good.deletedCount], [1, 3]);
});

await check('cursors come in batches, can be sorted, skipped, limited, projected and closed early', async () => {
  const things = fresh();
  await things.insertMany(Array.from({ length: 250 }, (_, i) => ({ _id: i, even: i % 2 === 0 })));
  const all = [];
  for await (const document of things.find({ even: true }).batchSize(7)) {
    all.push(document._id);
  }

  assert.deepEqual(all, Array.from({ length: 125 }, (_, i) => 2 * i));
  assert.deepEqual(await things.find().sort({ _id: -1 }).skip(3).limit(2).project({ even: 1, _id: 0 }).toArray(), [{ even: true }, { even: false }]);
  const cursor = things.find().batchSize(2);
  await cursor.next();
  const { id } = cursor;
  await cursor.close();
  assert.equal(await code(db.command({ getMore: id, collection: things.collectionName })), 43);
});

await check('count, estimated count and distinct', async () => {
  const things = fresh();
  await things.insertMany([{ a: 1, t: ['x', 'y'] }, { a: 2, t: ['y'] }, { a: 2 }]);
  assert.equal(await things.countDocuments({ a: 2 }), 2);
  assert.equal(await things.countDocuments({}, { skip: 1, limit: 1 }), 1);
  assert.equal(await things.estimatedDocumentCount(), 3);
  assert.deepEqual((await things.distinct('t', { a: { $gte: 1 } })).sort(), ['x', 'y']);
});

await check('indexes are made, listed, used for uniqueness and dropped', async () => {
  const things = fresh();
  assert.equal(await things.createIndex({ a: 1, 'b.c': -1 }, { unique: true }), 'a_1_b.c_-1');
  await things.createIndexes([{ key: { at: 1 }, expireAfterSeconds: 60 }, { key: { s: 1 }, sparse: true, name: 'mine' }, { key: { p: 1 }, partialFilterExpression: { q: { $gt: 3 } } }]);
  const found = await things.indexes();
  assert.deepEqual(found.map(i => i.name), ['_id_', 'a_1_b.c_-1', 'at_1', 'mine', 'p_1']);
  assert.deepEqual(found[2], { v: 2, key: { at: 1 }, name: 'at_1', expireAfterSeconds: 60 });
  await things.insertOne({ a: 1, b: { c: 2 } });
  const duplicate = await things.insertOne({ a: 1, b: { c: 2 } }).catch(e => e);
  assert.deepEqual([duplicate.code, duplicate.keyPattern, duplicate.keyValue], [11000, { a: 1, 'b.c': -1 }, { a: 1, 'b.c': 2 }]);
  await things.dropIndex('mine');
  assert.equal(await things.indexExists('mine'), false);
  assert.equal(await code(things.dropIndex('mine')), 27);
  await things.dropIndexes();
  assert.deepEqual((await things.indexes()).map(i => i.name), ['_id_']);
});

await check('aggregate groups, unwinds, joins and facets', async () => {
  const orders = fresh();
  const customers = fresh();
  await customers.insertMany([{ _id: 'c1', name: 'Ann' }, { _id: 'c2', name: 'Bob' }]);
  await orders.insertMany([
    { _id: 1, who: 'c1', lines: [{ p: 'a', n: 2 }, { p: 'b', n: 1 }] }, { _id: 2, who: 'c1', lines: [{ p: 'a', n: 1 }] }, { _id: 3, who: 'c3', lines: [] },
  ]);
  assert.deepEqual(await orders.aggregate([
    { $unwind: '$lines' }, { $group: { _id: '$lines.p', n: { $sum: '$lines.n' }, first: { $first: '$_id' } } }, { $sort: { _id: 1 } },
  ]).toArray(), [{ _id: 'a', n: 3, first: 1 }, { _id: 'b', n: 1, first: 1 }]);
  assert.deepEqual(await orders.aggregate([
    { $lookup: { from: customers.collectionName, localField: 'who', foreignField: '_id', as: 'customer' } },
    { $sort: { _id: 1 } }, { $project: { name: { $ifNull: [{ $first: '$customer.name' }, '?'] } } },
  ]).toArray(), [{ _id: 1, name: 'Ann' }, { _id: 2, name: 'Ann' }, { _id: 3, name: '?' }]);
  assert.deepEqual(await customers.aggregate([
    { $lookup: { from: orders.collectionName, let: { id: '$_id' }, pipeline: [{ $match: { $expr: { $eq: ['$who', '$$id'] } } }, { $count: 'n' }], as: 'orders' } },
    { $sort: { _id: 1 } }, { $project: { orders: 1 } },
  ]).toArray(), [{ _id: 'c1', orders: [{ n: 2 }] }, { _id: 'c2', orders: [] }]);
  const [facets] = await orders.aggregate([{ $facet: { total: [{ $count: 'n' }], big: [{ $match: { 'lines.1': { $exists: true } } }, { $project: { _id: 1 } }] } }]).toArray();
  assert.deepEqual(facets, { total: [{ n: 3 }], big: [{ _id: 1 }] });
});

await check('a collation compares strings as people do, in finds, sorts, updates and unique indexes', async () => {
  const things = fresh();
  const collation = { locale: 'en', strength: 2 };
  await things.insertMany([{ _id: 1, s: 'b' }, { _id: 2, s: 'A' }, { _id: 3, s: 'B' }, { _id: 4, s: 'é' }]);
  assert.deepEqual(await ids(things.find({ s: 'B' }, { collation }).sort({ _id: 1 })), [1, 3]);
  assert.deepEqual(await ids(things.find({}, { collation }).sort({ s: 1, _id: 1 })), [2, 1, 3, 4]);
  assert.equal((await things.find({ s: 'E' }, { collation: { locale: 'en', strength: 1 } }).toArray()).length, 1);
  assert.equal((await things.updateMany({ s: 'b' }, { $set: { x: 1 } }, { collation })).modifiedCount, 2);
  assert.equal(await code(things.createIndex({ s: 1 }, { unique: true, collation })), 11000);
  await things.deleteOne({ _id: 3 });
  await things.createIndex({ s: 1 }, { unique: true, collation, name: 'loose' });
  assert.equal(await code(things.insertOne({ s: 'B' })), 11000);
});

await check('explain and hint name the index', async () => {
  const things = fresh();
  await things.createIndex({ a: 1 });
  await things.insertMany([{ a: 1 }, { a: 2 }]);
  const plan = await things.find({ a: 1 }).explain('executionStats');
  assert.equal(plan.queryPlanner.winningPlan.inputStage.indexName, 'a_1');
  assert.deepEqual([plan.executionStats.nReturned, plan.executionStats.totalDocsExamined], [1, 1]);
  assert.equal((await things.find({}).hint('a_1').toArray()).length, 2);
  assert.equal(await code(things.find({}).hint('none').toArray()), 2);
});

await check('text search ranks by score', async () => {
  const things = fresh();
  await things.createIndex({ title: 'text', body: 'text' }, { weights: { title: 10 }, default_language: 'none' });
  await things.insertMany([{ _id: 1, title: 'tea', body: 'coffee' }, { _id: 2, title: 'coffee', body: 'milk' }, { _id: 3, title: 'milk', body: 'water' }]);
  const found = await things.find({ $text: { $search: 'coffee' } }).project({ score: { $meta: 'textScore' } }).sort({ score: { $meta: 'textScore' } }).toArray();
  assert.deepEqual(found.map(d => d._id), [2, 1]);
  assert.ok(found[0].score > found[1].score);
});

await check('collections and databases are listed, renamed never silently, and dropped', async () => {
  const other = client.db('node2');
  await other.createCollection('one');
  await other.collection('two').insertOne({});
  assert.deepEqual((await other.listCollections().toArray()).map(c => c.name).sort(), ['one', 'two']);
  await other.createCollection('one'); // MongoDB 7: there already, with the same options
  assert.ok((await client.db().admin().listDatabases()).databases.some(d => d.name === 'node2'));
  assert.equal(await other.dropCollection('one'), true);
  assert.equal(await other.dropDatabase(), true);
  assert.deepEqual(await other.listCollections().toArray(), []);
});

await check('a session carries reads and writes', async () => {
  const things = fresh();
  await client.withSession(async session => {
    await things.insertOne({ _id: 1 }, { session });
    assert.deepEqual(await things.findOne({}, { session }), { _id: 1 });
  });
});

await check('a transaction is refused with code 20 and writes nothing', async () => {
  const things = fresh();
  const session = client.startSession();
  session.startTransaction();
  assert.equal(await code(things.insertOne({ _id: 1 }, { session })), 20);
  await session.abortTransaction().catch(() => {});
  await session.endSession();
  assert.equal(await things.countDocuments(), 0);
});

await check('change streams are refused with a code', async () => {
  const stream = fresh().watch();
  const refused = await code(stream.next());
  await stream.close();
  assert.ok([40573, 238].includes(refused), `code ${refused}`);
});

await check('unacknowledged writes arrive and get no answer', async () => {
  const things = fresh();
  const { acknowledged } = await things.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
  assert.equal(acknowledged, false);
  while (await things.countDocuments() === 0) {
    await new Promise(setImmediate);
  }
});

await check('mistakes are refused with the codes of MongoDB', async () => {
  const things = fresh();
  await things.insertOne({ _id: 1, a: 1, s: 'x' });
  assert.equal(await code(things.updateOne({ _id: 1 }, { $set: { _id: 2 } })), 66);
  assert.equal(await code(things.updateOne({ _id: 1 }, { $set: { a: 1 }, $inc: { a: 1 } })), 40);
  assert.equal(await code(things.updateOne({ _id: 1 }, { $inc: { s: 1 } })), 14);
  assert.equal(await code(things.updateOne({ _id: 1 }, { $unknown: { a: 1 } })), 9);
  assert.equal(await code(things.find({ $unknown: 1 }).toArray()), 2);
  assert.equal(await code(things.find({}, { projection: { a: 1, b: 0 } }).toArray()), 31254);
  assert.equal(await code(things.aggregate([{ $unknown: 1 }]).toArray()), 40324);
  assert.equal(await code(db.command({ find: things.collectionName, unknown: 1 })), 40415);
  assert.equal(await code(db.command({ noSuchCommand: 1 })), 59);
  assert.equal(await code(things.find({ $where: 'true' }).toArray()) === undefined, false);
});

await check('many operations at once share the pool', async () => {
  const things = fresh();
  await Promise.all(Array.from({ length: 300 }, (_, i) => things.updateOne({ _id: i % 3 }, { $inc: { n: 1 } }, { upsert: true })));
  assert.deepEqual(await things.find().sort({ _id: 1 }).toArray(), [{ _id: 0, n: 100 }, { _id: 1, n: 100 }, { _id: 2, n: 100 }]);
});

await check('an aborted find leaves the client usable', async () => {
  const things = fresh();
  await things.insertMany(Array.from({ length: 1000 }, (_, i) => ({ _id: i })));
  const controller = new AbortController();
  const reading = things.find({}, { signal: controller.signal, batchSize: 2 }).toArray();
  controller.abort();
  await assert.rejects(reading, { name: 'AbortError' });
  assert.equal(await things.countDocuments(), 1000);
});

await client.close();
finish();
