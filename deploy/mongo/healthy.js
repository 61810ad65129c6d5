// The first look starts the replica set; healthy means that it has its primary.
db.getSiblingDB('admin').auth('root', fs.readFileSync('/run/secrets/mongo.root', 'utf8').trim());
try {
  rs.status();
} catch (e) {
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] });
}
if (!db.hello().isWritablePrimary) {
  quit(1);
}
