#!/usr/bin/env bash
# Writes .env and the folder secrets for docker-compose.yml. Never overwrites them.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -e .env || -e secrets ]]; then
  echo ".env or secrets is there already; remove both to make new ones." >&2
  exit 1
fi

umask 077
secret() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
rabbitmq_password=$(secret)
cat >.env <<ENV
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

# Containers run as a user that this machine does not know, so the files may be read by all; the folder keeps people out.
mkdir -m 700 secrets
umask 022
printf '%s' "amqp://visuels:$rabbitmq_password@rabbitmq:5672/" >secrets/ConnectionStrings__RabbitMq
printf 'default_user = visuels\ndefault_pass = %s\n' "$rabbitmq_password" >secrets/rabbitmq.conf
touch secrets/Smtp__Password secrets/ImageKit__PrivateKey secrets/Google__ClientSecret
echo "Wrote .env and secrets. Next: docker compose up -d"
