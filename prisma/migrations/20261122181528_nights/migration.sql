-- AlterTable
ALTER TABLE "store" ADD COLUMN     "bytes_per_second" INTEGER,
ADD COLUMN     "calendar" JSONB,
ADD COLUMN     "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "group_name" TEXT,
ADD COLUMN     "labels" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "device" ADD COLUMN     "configuration" TEXT,
ADD COLUMN     "in_reserve" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "labels" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "device_status" ADD COLUMN     "asks" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "last_receipt_at" TIMESTAMPTZ(3),
ADD COLUMN     "misses" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "package" ADD COLUMN     "can_go_back" BOOLEAN,
ADD COLUMN     "ffd" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "firmware" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "min_version" INTEGER,
ADD COLUMN     "needs_server" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "updates_tills" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "rollout" ADD COLUMN     "approved_at" TIMESTAMPTZ(3),
ADD COLUMN     "approved_by" TEXT,
ADD COLUMN     "cut" JSONB NOT NULL DEFAULT '{"template":"single"}',
ADD COLUMN     "need" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "next_by" TEXT,
ADD COLUMN     "next_plan" JSONB,
ADD COLUMN     "next_plan_hash" TEXT,
ADD COLUMN     "of_rollout_id" UUID,
ADD COLUMN     "reason_params" JSONB,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "schedule_id" UUID,
ADD COLUMN     "selection" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "server_package_id" UUID;

-- AlterTable
ALTER TABLE "wave" ADD COLUMN     "accepted_silent" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "accepted_unreachable" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "fulfilled_at" TIMESTAMPTZ(3),
ADD COLUMN     "gate" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "name" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "passed_at" TIMESTAMPTZ(3),
ADD COLUMN     "released_by" TEXT,
ADD COLUMN     "sample_from" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "device_update" DROP COLUMN "former_auto_update",
ADD COLUMN     "carried" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "confirmed_at" TIMESTAMPTZ(3),
ADD COLUMN     "install_at" TIMESTAMPTZ(3),
ADD COLUMN     "latest_start" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "rollout_store" (
    "rollout_id" UUID NOT NULL,
    "store_id" UUID NOT NULL,
    "calendar" JSONB NOT NULL,

    CONSTRAINT "rollout_store_pkey" PRIMARY KEY ("rollout_id","store_id")
);

-- CreateTable
CREATE TABLE "freeze" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "scope_name" TEXT,
    "from_local" TEXT NOT NULL,
    "to_local" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lifted_at" TIMESTAMPTZ(3),
    "lifted_by" TEXT,

    CONSTRAINT "freeze_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schedule" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "template" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "next_at" TIMESTAMPTZ(3),
    "last_at" TIMESTAMPTZ(3),
    "last_reason" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "command" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "body" TEXT,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "generation" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT,
    "params" JSONB,
    "requested_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "rollout_id" UUID,
    "time_zone" TEXT,
    "body" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "made_by" TEXT NOT NULL,

    CONSTRAINT "report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "command_device_id_idx" ON "command"("device_id");

-- CreateIndex
CREATE INDEX "command_request_id_idx" ON "command"("request_id");

-- CreateIndex
CREATE INDEX "command_state_not_before_idx" ON "command"("state", "not_before");

-- CreateIndex
CREATE INDEX "report_kind_made_at_idx" ON "report"("kind", "made_at");

-- CreateIndex
CREATE INDEX "device_update_rollout_id_wave_idx" ON "device_update"("rollout_id", "wave");

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_server_package_id_fkey" FOREIGN KEY ("server_package_id") REFERENCES "package"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_of_rollout_id_fkey" FOREIGN KEY ("of_rollout_id") REFERENCES "rollout"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_store" ADD CONSTRAINT "rollout_store_rollout_id_fkey" FOREIGN KEY ("rollout_id") REFERENCES "rollout"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rollout_store" ADD CONSTRAINT "rollout_store_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "command" ADD CONSTRAINT "command_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say.
ALTER TABLE "command" ADD CONSTRAINT "command_state" CHECK ("state" IN ('waiting', 'running', 'done', 'failed', 'expired'));
ALTER TABLE "command" ADD CONSTRAINT "command_finished" CHECK
  (("finished_at" IS NOT NULL) = ("state" IN ('done', 'failed', 'expired')));
ALTER TABLE "command" ADD CONSTRAINT "command_lease" CHECK (("lease_until" IS NOT NULL) = ("state" = 'running'));
ALTER TABLE "command" ADD CONSTRAINT "command_kind" CHECK ("kind" IN ('look', 'message', 'closeShift'));
CREATE INDEX "command_live" ON "command" ("not_before") WHERE "state" IN ('waiting', 'running');
ALTER TABLE "rollout" ADD CONSTRAINT "rollout_kind" CHECK ("kind" IN ('update', 'rollback'));
ALTER TABLE "freeze" ADD CONSTRAINT "freeze_scope" CHECK ("scope" IN ('chain', 'group', 'store'));

-- Rollouts of before go on as they were agreed: at any hour, without gates, who does not answer is given up.
UPDATE "rollout" SET "policy" = '{"offline":"skip","preloadFrom":null,"startsAt":null,"windows":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"00:00","to":"24:00"}],"overrideFreezes":[],"need":{"installSeconds":600,"confirmSeconds":300,"rollbackSeconds":600,"marginSeconds":900},"lanes":{"till":{"count":1,"percent":50},"selfCheckout":{"count":0,"percent":50}},"gate":{"successPercent":95,"failurePercent":5,"minimumSample":20,"unreachablePercent":20,"silentPercent":2,"soakMinutes":0,"approval":false},"ramp":null,"preconditions":{"tillBlocked":{"level":"block"},"receiptOpen":{"level":"block"},"shiftOpen":{"level":"block"},"shiftExpired":{"level":"block","limit":1440},"cashierSignedIn":{"level":"block"},"technicalBreak":{"level":"block"},"cashInDrawer":{"level":"warn"},"replicationLag":{"level":"block","limit":15},"fiscalCritical":{"level":"block","limit":3},"ofdQueueOld":{"level":"block","limit":25,"warnLimit":1},"ffdUnsupported":{"level":"block"},"printerNotReady":{"level":"block"},"statusStale":{"level":"warn","limit":1440},"diskFull":{"level":"block"},"clockSkew":{"level":"warn","limit":5}},"closeShift":"never","twoPersons":false,"rollBackWave":null}'::jsonb || "policy", "need" = '{"installSeconds":600,"confirmSeconds":300,"rollbackSeconds":600,"marginSeconds":900}'::jsonb;
UPDATE "wave" SET "gate" = '{"successPercent":0,"failurePercent":100,"minimumSample":1,"unreachablePercent":100,"silentPercent":100,"soakMinutes":0,"approval":false}'::jsonb, "sample_from" = "released_at";
