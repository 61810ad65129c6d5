// mongoose, as an application uses it.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { check, code, finish } from './check.mjs';

const { Schema } = mongoose;
await mongoose.connect(process.argv[2], { dbName: 'mongoose' });

const authorSchema = new Schema({ name: { type: String, required: true, trim: true }, email: { type: String, unique: true, lowercase: true } }, { timestamps: true });
authorSchema.virtual('books', { ref: 'Book', localField: '_id', foreignField: 'author' });
const Author = mongoose.model('Author', authorSchema);

const bookSchema = new Schema({
  title: { type: String, required: true },
  summary: String,
  author: { type: Schema.Types.ObjectId, ref: 'Author', index: true },
  year: { type: Number, min: 1450 },
  price: Schema.Types.Decimal128,
  tags: [String],
  reviews: [{ stars: { type: Number, min: 1, max: 5 }, by: String }],
  extra: { type: Map, of: Number },
}, { timestamps: true });
bookSchema.index({ title: 'text', summary: 'text' }, { weights: { title: 5 }, default_language: 'none' });
bookSchema.index({ year: 1, title: -1 });
const Book = mongoose.model('Book', bookSchema);

await check('init makes the collections and the indexes of the schemas', async () => {
  await Promise.all([Author.init(), Book.init()]);
  assert.deepEqual((await Author.listIndexes()).map(i => i.name).sort(), ['_id_', 'email_1']);
  assert.deepEqual((await Book.listIndexes()).map(i => i.name).sort(), ['_id_', 'author_1', 'title_text_summary_text', 'year_1_title_-1']);
});

const ann = await Author.create({ name: ' Ann ', email: 'ANN@example.org' });
const bob = await Author.create({ name: 'Bob', email: 'bob@example.org' });

await check('setters, timestamps and version keys are stored', async () => {
  const stored = await Author.findById(ann.id).lean();
  assert.deepEqual([stored.name, stored.email, stored.__v], ['Ann', 'ann@example.org', 0]);
  assert.ok(stored.createdAt instanceof Date && stored.updatedAt instanceof Date);
});

await check('validation fails before anything is sent', async () => {
  await assert.rejects(Author.create({ email: 'x@example.org' }), mongoose.Error.ValidationError);
  await assert.rejects(Book.create({ title: 't', year: 3 }), mongoose.Error.ValidationError);
  assert.equal(await Author.countDocuments(), 2);
});

await check('a unique index refuses a second with its key', async () => {
  const error = await Author.create({ name: 'Eve', email: 'ann@example.org' }).catch(e => e);
  assert.deepEqual([error.code, error.keyPattern, error.keyValue], [11000, { email: 1 }, { email: 'ann@example.org' }]);
});

await Book.insertMany([
  { title: 'Tea', summary: 'leaves and water', author: ann, year: 1999, price: '9.90', tags: ['drink', 'hot'], reviews: [{ stars: 5, by: 'x' }], extra: { a: 1 } },
  { title: 'Coffee', summary: 'tea is another', author: ann, year: 2005, price: '19.90', tags: ['drink'], reviews: [] },
  { title: 'Stone', summary: 'hard', author: bob, year: 2005, tags: ['hard'] },
]);

await check('populate follows references and virtuals', async () => {
  const book = await Book.findOne({ title: 'Tea' }).populate('author', 'name');
  assert.equal(book.author.name, 'Ann');
  const author = await Author.findOne({ name: 'Ann' }).populate({ path: 'books', select: 'title', options: { sort: { title: 1 } } });
  assert.deepEqual(author.books.map(b => b.title), ['Coffee', 'Tea']);
});

await check('queries chain, cast, sort, select and paginate', async () => {
  assert.deepEqual((await Book.where('year').gte('2000').sort('-title').select('title -_id').lean()), [{ title: 'Stone' }, { title: 'Coffee' }]);
  assert.equal((await Book.find({ tags: { $all: ['drink', 'hot'] } })).length, 1);
  assert.equal((await Book.find({ title: /^c/i })).length, 1);
  assert.deepEqual((await Book.find().sort({ year: -1, title: 1 }).skip(1).limit(1)).map(b => b.title), ['Stone']);
  assert.equal(await Book.exists({ title: 'None' }), null);
  assert.equal((await Book.findOne({ title: 'Tea' })).extra.get('a'), 1);
  assert.equal((await Book.findOne({ price: { $lt: mongoose.Types.Decimal128.fromString('10') } })).title, 'Tea');
});

await check('explain and hint name the index', async () => {
  const explained = await Book.find({ year: 2005 }).explain('executionStats');
  const { winningPlan } = explained.queryPlanner;
  assert.deepEqual([winningPlan.stage, winningPlan.inputStage.stage, winningPlan.inputStage.indexName], ['FETCH', 'IXSCAN', 'year_1_title_-1']);
  assert.deepEqual([explained.executionStats.nReturned, explained.executionStats.totalKeysExamined], [2, 2]);
  assert.equal((await Book.find({ year: 2005 }).hint({ $natural: 1 }).explain()).queryPlanner.winningPlan.stage, 'COLLSCAN');
  assert.equal((await Book.aggregate([{ $match: { year: 2005 } }]).explain()).queryPlanner.winningPlan.inputStage.stage, 'IXSCAN');
  assert.equal(await code(Book.find({ year: 2005 }).hint('none')), 2);
});

await check('text search ranks by score', async () => {
  const found = await Book.find({ $text: { $search: 'tea' } }, { score: { $meta: 'textScore' } }).sort({ score: { $meta: 'textScore' } });
  assert.deepEqual(found.map(b => b.title), ['Tea', 'Coffee']);
});

await check('aggregate groups and joins', async () => {
  assert.deepEqual(await Book.aggregate().unwind('tags').group({ _id: '$tags', n: { $sum: 1 } }).sort({ n: -1, _id: 1 }), [{ _id: 'drink', n: 2 }, { _id: 'hard', n: 1 }, { _id: 'hot', n: 1 }]);
  assert.deepEqual(await Book.aggregate([
    { $match: { year: { $gte: 2000 } } }, { $lookup: { from: 'authors', localField: 'author', foreignField: '_id', as: 'by' } },
    { $project: { _id: 0, title: 1, by: { $first: '$by.name' } } }, { $sort: { title: 1 } },
  ]), [{ title: 'Coffee', by: 'Ann' }, { title: 'Stone', by: 'Bob' }]);
});

await check('a schema with a collation finds regardless of case', async () => {
  const Tag = mongoose.model('Tag', new Schema({ name: { type: String, unique: true } }, { collation: { locale: 'en', strength: 2 } }));
  await Tag.init();
  await Tag.create({ name: 'Red' });
  assert.equal((await Tag.findOne({ name: 'RED' })).name, 'Red');
  assert.equal(await code(Tag.create({ name: 'rEd' })), 11000);
});

await check('save writes only what changed and guards arrays by the version key', async () => {
  const [one, two] = await Promise.all([Book.findOne({ title: 'Tea' }), Book.findOne({ title: 'Tea' })]);
  one.reviews.push({ stars: 1, by: 'y' });
  one.reviews[0].stars = 4;
  await one.save();
  one.reviews.splice(0, 1);
  await one.save();
  two.reviews[0].stars = 2;
  await assert.rejects(two.save(), mongoose.Error.VersionError);
  const stored = await Book.findOne({ title: 'Tea' }).lean();
  assert.deepEqual(stored.reviews.map(r => [r.stars, r.by]), [[1, 'y']]);
  assert.ok(stored.__v > 0 && stored.updatedAt > stored.createdAt);
});

await check('subdocuments of arrays are found by id, changed and removed', async () => {
  const book = await Book.findOne({ title: 'Coffee' });
  book.reviews.push({ stars: 3, by: 'a' }, { stars: 4, by: 'b' });
  await book.save();
  book.reviews.id(book.reviews[1].id).stars = 5;
  book.reviews[0].deleteOne();
  await book.save();
  assert.deepEqual((await Book.findById(book.id).lean()).reviews.map(r => r.stars), [5]);
  await Book.updateOne({ _id: book.id, 'reviews.by': 'b' }, { $set: { 'reviews.$.stars': 2 }, $addToSet: { tags: 'new' } });
  assert.equal((await Book.findById(book.id)).reviews[0].stars, 2);
});

await check('optimistic concurrency lets one of two saves win', async () => {
  const Account = mongoose.model('Account', new Schema({ n: Number }, { optimisticConcurrency: true }));
  const { id } = await Account.create({ n: 0 });
  const both = await Promise.all([Account.findById(id), Account.findById(id)]);
  const outcomes = await Promise.allSettled(both.map((a, i) => { a.n = i + 1; return a.save(); }));
  assert.deepEqual(outcomes.map(o => o.status).sort(), ['fulfilled', 'rejected']);
});

await check('findOneAndUpdate upserts and sets defaults and timestamps', async () => {
  const made = await Author.findOneAndUpdate({ email: 'cy@example.org' }, { name: 'Cy' }, { upsert: true, returnDocument: 'after', setDefaultsOnInsert: true });
  assert.ok(made.createdAt instanceof Date);
  const changed = await Author.findOneAndUpdate({ email: 'cy@example.org' }, { name: 'Cyn' }, { returnDocument: 'after' });
  assert.deepEqual([changed.id, changed.name], [made.id, 'Cyn']);
  assert.equal((await Author.findByIdAndDelete(made.id)).name, 'Cyn');
});

await check('bulkWrite, updateMany and deleteMany count', async () => {
  const result = await Book.bulkWrite([
    { insertOne: { document: { title: 'New', year: 2020 } } },
    { updateMany: { filter: { year: 2005 }, update: { $inc: { year: 1 } } } },
    { updateOne: { filter: { title: 'None' }, update: { $set: { year: 1500 } }, upsert: true } },
    { deleteOne: { filter: { title: 'New' } } },
  ]);
  assert.deepEqual([result.insertedCount, result.modifiedCount, result.upsertedCount, result.deletedCount], [1, 2, 1, 1]);
  assert.equal((await Book.updateMany({ year: 2006 }, { $set: { year: 2005 } })).modifiedCount, 2);
  assert.equal((await Book.deleteMany({ year: 1500 })).deletedCount, 1);
});

await check('countDocuments, estimatedDocumentCount and distinct', async () => {
  assert.equal(await Book.countDocuments({ author: ann._id }), 2);
  assert.equal(await Book.estimatedDocumentCount(), 3);
  assert.deepEqual((await Book.distinct('tags', { year: 2005 })).sort(), ['drink', 'hard', 'new']);
});

await check('syncIndexes drops what the schema lacks and makes what it has', async () => {
  await Book.collection.createIndex({ gone: 1 });
  await Book.collection.dropIndex('author_1');
  assert.deepEqual(await Book.diffIndexes(), { toDrop: ['gone_1'], toCreate: [{ author: 1 }] });
  assert.deepEqual(await Book.syncIndexes(), ['gone_1']);
  assert.deepEqual(await Book.diffIndexes(), { toDrop: [], toCreate: [] });
});

await check('a cursor walks a collection', async () => {
  const titles = [];
  for await (const book of Book.find().sort('title').cursor({ batchSize: 1 })) {
    titles.push(book.title);
  }

  assert.deepEqual(titles, ['Coffee', 'Stone', 'Tea']);
});

await check('discriminators share a collection', async () => {
  const Event = mongoose.model('Event', new Schema({ at: Date }, { discriminatorKey: 'kind' }));
  const Click = Event.discriminator('Click', new Schema({ url: String }));
  await Event.create({ at: new Date() });
  await Click.create({ at: new Date(), url: '/x' });
  assert.deepEqual([await Event.countDocuments(), await Click.countDocuments()], [2, 1]);
});

await check('a transaction is refused with code 20', async () => {
  assert.equal(await code(mongoose.connection.transaction(async session => { await Author.create([{ name: 'T' }], { session }); })), 20);
  assert.equal(await Author.countDocuments({ name: 'T' }), 0);
});

await mongoose.connection.dropDatabase();
await mongoose.disconnect();
finish();
