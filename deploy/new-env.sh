#!/usr/bin/env bash
# Writes .env for docker-compose.yml with fresh secrets. Never overwrites one.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ -e .env ]]; then
  echo ".env is there already; remove it to make a new one." >&2
  exit 1
fi

umask 077
secret() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
cat >.env <<ENV
# What the marketplace is reached at, and where its storefront lives.
PUBLIC_URL=http://localhost:4000
FRONTEND_URL=http://localhost:3000

# Inside the compose network only.
RABBITMQ_USER=visuels
RABBITMQ_PASSWORD=$(secret)
MONGO_OPTIONS=replicaSet=rs0

# Mails: Mailpit by default, read at http://localhost:8025. Set a real server here.
SMTP_HOST=mailpit
SMTP_PORT=1025
SMTP_SECURITY=none
SMTP_USERNAME=
SMTP_PASSWORD=
SMTP_FROM=Visuels <no-reply@visuels.example>

# Multiplies every rate limit (sign-up 5 an hour and address, sign-in 10 a minute, ...).
RATE_LIMIT_SCALE=1

# Optional: empty means images on disk, and no Google sign-in.
IMAGEKIT_PRIVATE_KEY=
IMAGEKIT_URL_ENDPOINT=
GOOGLE_CLIENT_ID=
GOOGLE_CLIENT_SECRET=
ENV
echo "Wrote .env. Next: docker compose up -d"
