// Run once by the image, on an empty store: a user for each service, which may read and write in that service's database only.
for (const service of ['auth', 'product', 'order', 'chat', 'jobs']) {
  const connection = fs.readFileSync(`/run/secrets/${service}.ConnectionStrings__Mongo`, 'utf8').trim();
  const database = `visuels-${service}`;
  db.getSiblingDB(database).createUser({
    user: service,
    pwd: connection.split('@')[0].split(':').pop(),
    roles: [{ role: 'readWrite', db: database }],
  });
}
