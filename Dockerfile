# Build: compiles the TypeScript and then keeps only what runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY scripts/clean.mjs scripts/
RUN npm ci --no-audit --no-fund
COPY src src
RUN npm run --silent build && npm prune --omit=dev --no-audit --no-fund

# Run: no build tools, no root, nothing writable but the data folder.
FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY config config
RUN install -d -o node -g node /app/data
USER node
VOLUME /app/data
EXPOSE 10025 9465
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "-e", "fetch('http://127.0.0.1:9465/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
