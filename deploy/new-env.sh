#!/usr/bin/env bash
# Writes what is missing of .env and of the folder secrets for docker-compose.yml; what is there stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077

random() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
bytes() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }
sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c1-64; }

# RabbitMQ's way: a salt of four bytes and the SHA-256 of salt and password.
broker_hash() {
  local salt
  salt=$(random 4)
  bytes "$salt$({ bytes "$salt" && printf '%s' "$1"; } | sha256)" | base64 | tr -d '\n'
}

if [[ ! -e .env ]]; then
  cat >.env <<'ENV'
# What the marketplace is reached at, and where its storefront lives.
PUBLIC_URL=http://localhost:4000
FRONTEND_URL=http://localhost:3000

# Inside the compose network only.
MONGO_OPTIONS=replicaSet=rs0

# A TLS proxy in front of the Gateway (CIDR); needed as soon as PUBLIC_URL begins with https.
PROXY_NETWORKS=

# Mails: Mailpit by default, read at http://localhost:8025. Set a real server here, and its password in secrets/Smtp__Password.
SMTP_HOST=mailpit
SMTP_PORT=1025
SMTP_SECURITY=none
SMTP_USERNAME=
SMTP_FROM=Visuels <no-reply@visuels.example>

# Multiplies every rate limit (sign-up 5 an hour and address, sign-in 30 a minute, ...).
RATE_LIMIT_SCALE=1

# Optional: empty means images on disk, and no Google sign-in. Their secrets go into secrets/ImageKit__PrivateKey and secrets/Google__ClientSecret.
IMAGEKIT_URL_ENDPOINT=
GOOGLE_CLIENT_ID=
ENV
  echo "Wrote .env."
fi

# Containers run as a user that this machine does not know, so the files may be read by all; the folder keeps people out.
[[ -e secrets ]] || mkdir -m 700 secrets
umask 022
for empty in Smtp__Password ImageKit__PrivateKey Google__ClientSecret; do
  [[ -e secrets/$empty ]] || : >"secrets/$empty"
done

# Read with deploy/compose.store-users.yml only: a user of the store for each service, its administrator, the key of its replica set.
for user in auth product order chat jobs; do
  file=secrets/$user.ConnectionStrings__Mongo
  [[ -e $file ]] || printf 'mongodb://%s:%s@mongo:27017/?replicaSet=rs0&authSource=visuels-%s' "$user" "$(random 24)" "$user" >"$file"
done
[[ -e secrets/mongo.root ]] || printf '%s' "$(random 24)" >secrets/mongo.root
[[ -e secrets/mongo.key ]] || printf '%s' "$(random 96)" >secrets/mongo.key

# A user of the broker for each service, and the operator's for messages that were given up.
users=(auth product order chat jobs operator)
for user in "${users[@]}"; do
  file=secrets/$user.ConnectionStrings__RabbitMq
  if [[ ! -e $file ]]; then
    rm -f secrets/rabbitmq-users.json
    printf 'amqp://%s:%s@rabbitmq:5672/' "$user" "$(random 24)" >"$file"
    echo "Wrote $file."
  fi
done

if [[ ! -e secrets/rabbitmq-users.json ]]; then
  separator='{"users":['
  for user in "${users[@]}"; do
    password=$(sed 's/.*:\([^:@]*\)@.*/\1/' "secrets/$user.ConnectionStrings__RabbitMq")
    printf '%s\n  {"name":"%s","password_hash":"%s","hashing_algorithm":"rabbit_password_hashing_sha256","tags":[]}' \
      "$separator" "$user" "$(broker_hash "$password")"
    separator=,
  done >secrets/rabbitmq-users.json.new
  printf '\n]}\n' >>secrets/rabbitmq-users.json.new
  mv secrets/rabbitmq-users.json.new secrets/rabbitmq-users.json
  echo "Wrote secrets/rabbitmq-users.json."
fi

echo "Next: docker compose up -d"
