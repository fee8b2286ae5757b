# Build: compiles the TypeScript and then keeps only what runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/clean.mjs scripts/build-page.mjs scripts/
COPY src src
RUN npm run --silent build \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && find dist -name '*.d.ts' -delete -o -name '*.map' -delete \
 && mkdir data

# Run: Node and its libraries, no shell, no package manager, no root. Nothing is written but the store in /app/data.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build --chown=65532:65532 /app/data data
COPY config config
COPY LICENSE ./
# By number: Kubernetes checks runAsNonRoot by it.
USER 65532:65532
VOLUME /app/data
# SMTP, milter, metrics and health.
EXPOSE 10025 10027 9465
ENV NAMESAKE_HEALTH=http://127.0.0.1:9465/healthz
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/nodejs/bin/node", "-e", "fetch(process.env.NAMESAKE_HEALTH).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.js"]
# Mount your configuration at /etc/namesake; its store belongs at /app/data/store.
CMD ["serve", "--config", "/etc/namesake/namesake.yaml"]
