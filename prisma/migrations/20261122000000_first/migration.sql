-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "store" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "phone" TEXT,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL DEFAULT 22,
    "user" TEXT NOT NULL,
    "credential" TEXT NOT NULL DEFAULT 'default',
    "host_keys" TEXT[],
    "package_folder" TEXT NOT NULL,
    "package_url" TEXT NOT NULL,
    "max_downloads" INTEGER NOT NULL DEFAULT 4,
    "max_installs" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "store_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device" (
    "id" UUID NOT NULL,
    "store_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "cash_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL DEFAULT 0,
    "name" TEXT NOT NULL,
    "host" TEXT,
    "port" INTEGER NOT NULL DEFAULT 22,
    "user" TEXT NOT NULL DEFAULT 'nightshift',
    "credential" TEXT NOT NULL DEFAULT 'default',
    "host_keys" TEXT[],
    "agent" TEXT NOT NULL DEFAULT 'nightctl',
    "blocked" BOOLEAN NOT NULL DEFAULT false,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_status" (
    "device_id" UUID NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "source" TEXT NOT NULL,
    "reason" TEXT,
    "version" INTEGER,
    "status" JSONB,

    CONSTRAINT "device_status_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "package" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "file_name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "package_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "store_package" (
    "id" UUID NOT NULL,
    "store_id" UUID NOT NULL,
    "package_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'absent',
    "generation" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "reason" TEXT,
    "done_bytes" BIGINT NOT NULL DEFAULT 0,
    "wan_bytes" BIGINT NOT NULL DEFAULT 0,
    "present_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "store_package_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rollout" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'update',
    "package_id" UUID NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'draft',
    "plan" JSONB NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "policy" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "reason" TEXT,

    CONSTRAINT "rollout_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wave" (
    "id" UUID NOT NULL,
    "rollout_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "wave_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_update" (
    "id" UUID NOT NULL,
    "rollout_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "store_id" UUID NOT NULL,
    "package_id" UUID NOT NULL,
    "wave" INTEGER NOT NULL DEFAULT 1,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "generation" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "reason" TEXT,
    "reason_params" JSONB,
    "done_bytes" BIGINT NOT NULL DEFAULT 0,
    "from_version" INTEGER,
    "to_version" INTEGER NOT NULL,
    "former_auto_update" BOOLEAN,
    "armed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_update_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step_run" (
    "id" UUID NOT NULL,
    "update_id" UUID,
    "store_package_id" UUID,
    "step" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL,
    "worker" TEXT,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "reason" TEXT,
    "params" JSONB,

    CONSTRAINT "step_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "code" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "rollout_id" UUID,
    "store_id" UUID,
    "device_id" UUID,
    "update_id" UUID,
    "store_package_id" UUID,
    "params" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker_node" (
    "id" TEXT NOT NULL,
    "capacity" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "store_code_key" ON "store"("code");

-- CreateIndex
CREATE UNIQUE INDEX "device_cash_id_key" ON "device"("cash_id");

-- CreateIndex
CREATE INDEX "device_store_id_idx" ON "device"("store_id");

-- CreateIndex
CREATE UNIQUE INDEX "package_kind_version_key" ON "package"("kind", "version");

-- CreateIndex
CREATE UNIQUE INDEX "store_package_store_id_package_id_key" ON "store_package"("store_id", "package_id");

-- CreateIndex
CREATE UNIQUE INDEX "wave_rollout_id_number_key" ON "wave"("rollout_id", "number");

-- CreateIndex
CREATE INDEX "device_update_state_not_before_idx" ON "device_update"("state", "not_before");

-- CreateIndex
CREATE INDEX "device_update_store_id_idx" ON "device_update"("store_id");

-- CreateIndex
CREATE UNIQUE INDEX "device_update_rollout_id_device_id_key" ON "device_update"("rollout_id", "device_id");

-- CreateIndex
CREATE UNIQUE INDEX "step_run_update_id_generation_key" ON "step_run"("update_id", "generation");

-- CreateIndex
CREATE UNIQUE INDEX "step_run_store_package_id_generation_key" ON "step_run"("store_package_id", "generation");

-- CreateIndex
CREATE INDEX "event_xid_id_idx" ON "event"("xid", "id");

-- CreateIndex
CREATE INDEX "event_rollout_id_id_idx" ON "event"("rollout_id", "id");

-- CreateIndex
CREATE INDEX "event_update_id_id_idx" ON "event"("update_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_name_key" ON "api_token"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_status" ADD CONSTRAINT "device_status_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "store_package" ADD CONSTRAINT "store_package_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "store_package" ADD CONSTRAINT "store_package_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wave" ADD CONSTRAINT "wave_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_update" ADD CONSTRAINT "device_update_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_update" ADD CONSTRAINT "device_update_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_update" ADD CONSTRAINT "device_update_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_update" ADD CONSTRAINT "device_update_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_run" ADD CONSTRAINT "step_run_update_id_fkey" FOREIGN KEY ("update_id") REFERENCES "device_update"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step_run" ADD CONSTRAINT "step_run_store_package_id_fkey" FOREIGN KEY ("store_package_id") REFERENCES "store_package"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What the schema language cannot say. The lists of states are those of src/rollout/states.ts (a test compares them).

ALTER TABLE "rollout" ADD CONSTRAINT "rollout_state" CHECK ("state" IN
  ('draft', 'awaitingApproval', 'scheduled', 'running', 'paused', 'stopping', 'finished', 'cancelled'));
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_finished" CHECK
  (("finished_at" IS NOT NULL) = ("state" IN ('finished', 'cancelled')));

ALTER TABLE "store_package" ADD CONSTRAINT "store_package_state" CHECK ("state" IN
  ('absent', 'uploading', 'present', 'removing'));

ALTER TABLE "device_update" ADD CONSTRAINT "device_update_state" CHECK ("state" IN
  ('waiting', 'downloaded', 'ready', 'armed', 'unhealthy', 'inDoubt',
   'downloading', 'verifying', 'activating', 'restarting', 'disarming', 'rollingBack',
   'succeeded', 'rolledBack', 'failed', 'broken', 'skipped', 'cancelled'));
ALTER TABLE "device_update" ADD CONSTRAINT "device_update_finished" CHECK
  (("finished_at" IS NOT NULL) = ("state" IN ('succeeded', 'rolledBack', 'failed', 'broken', 'skipped', 'cancelled')));
-- The engine splits statements at every semicolon, so comments hold none.
-- Inside a step there is a lease, and inDoubt has one while somebody looks.
ALTER TABLE "device_update" ADD CONSTRAINT "device_update_lease" CHECK
  (("lease_until" IS NOT NULL) = ("state" IN ('downloading', 'verifying', 'activating', 'restarting', 'disarming', 'rollingBack'))
   OR "state" = 'inDoubt');

-- One live update per device, whatever anybody asks for.
CREATE UNIQUE INDEX "device_update_one_live" ON "device_update" ("device_id")
  WHERE "state" NOT IN ('succeeded', 'rolledBack', 'failed', 'broken', 'skipped', 'cancelled');
-- Numbers are labels: 0 repeats (self-checkouts), others are unique in their store.
CREATE UNIQUE INDEX "device_number" ON "device" ("store_id", "number") WHERE "number" <> 0;
ALTER TABLE "device" ADD CONSTRAINT "device_kind" CHECK ("kind" IN ('storeServer', 'till', 'selfCheckout', 'priceChecker'));

-- What the conductor reads every second.
CREATE INDEX "device_update_live" ON "device_update" ("rollout_id")
  WHERE "state" NOT IN ('succeeded', 'rolledBack', 'failed', 'broken', 'skipped', 'cancelled');
CREATE INDEX "device_update_leased" ON "device_update" ("lease_until") WHERE "lease_until" IS NOT NULL;
CREATE INDEX "store_package_leased" ON "store_package" ("lease_until") WHERE "lease_until" IS NOT NULL;
CREATE INDEX "step_run_open" ON "step_run" ("claimed_at") WHERE "ended_at" IS NULL;
