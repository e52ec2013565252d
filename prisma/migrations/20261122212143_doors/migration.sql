-- AlterTable
ALTER TABLE "store" ADD COLUMN "removed_at" TIMESTAMPTZ(3);
ALTER TABLE "device" ADD COLUMN "removed_at" TIMESTAMPTZ(3);
ALTER TABLE "store_package" ADD COLUMN "wanted_by" TEXT;
ALTER TABLE "store_package" ADD COLUMN "withdrawn_by" TEXT;

-- AlterTable
ALTER TABLE "store" ADD COLUMN     "device_keys_file" TEXT,
ADD COLUMN     "legacy_algorithms" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "device" ADD COLUMN     "key_authorised_at" TIMESTAMPTZ(3),
ADD COLUMN     "legacy_algorithms" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "maker_number" TEXT,
ADD COLUMN     "public_key" TEXT,
ADD COLUMN     "registration_number" TEXT,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "package" ADD COLUMN     "added_by" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "manifest" TEXT,
ADD COLUMN     "signature" TEXT,
ADD COLUMN     "signer" TEXT,
ADD COLUMN     "signer_key" TEXT;

-- AlterTable
ALTER TABLE "api_token" ADD COLUMN     "created_by" TEXT NOT NULL DEFAULT 'command line',
ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "role" TEXT NOT NULL DEFAULT 'admin',
ADD COLUMN     "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "store_groups" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "user_id" UUID;

-- AlterTable
ALTER TABLE "command" ADD COLUMN     "package_id" UUID;

-- CreateTable
CREATE TABLE "status_change" (
    "id" BIGSERIAL NOT NULL,
    "device_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "source" TEXT NOT NULL,
    "reason" TEXT,
    "version" INTEGER,
    "status" JSONB,
    "changed" TEXT[],

    CONSTRAINT "status_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sighting" (
    "device_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "body" JSONB NOT NULL,

    CONSTRAINT "sighting_pkey" PRIMARY KEY ("device_id","source")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "login" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "store_groups" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "password_hash" TEXT,
    "oidc_issuer" TEXT,
    "oidc_subject" TEXT,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_sign_in_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "former_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "address" TEXT,
    "agent" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "one_time_link" (
    "id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "user_id" UUID,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_failure" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_failure_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "oidc_request" (
    "hash" TEXT NOT NULL,
    "verifier" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "return_to" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oidc_request_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "owner" UUID NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "xid" BIGINT,
    "status" INTEGER,
    "headers" JSONB,
    "body" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrolment" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "store_id" UUID NOT NULL,
    "device_id" UUID,
    "kind" TEXT NOT NULL DEFAULT 'hostKeys',
    "source" TEXT NOT NULL DEFAULT 'scan',
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "host" TEXT,
    "port" INTEGER,
    "keys" TEXT[] DEFAULT ARRAY[]::TEXT[],
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
    "decided_by" TEXT,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrolment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_key_alarm" (
    "id" UUID NOT NULL,
    "store_id" UUID NOT NULL,
    "device_id" UUID,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "shown" TEXT NOT NULL DEFAULT '',
    "seen" INTEGER NOT NULL DEFAULT 1,
    "first_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "told_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),
    "settled_by" TEXT,

    CONSTRAINT "host_key_alarm_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "host_key_alarm_store_id_idx" ON "host_key_alarm"("store_id");

-- CreateIndex
CREATE INDEX "status_change_device_id_id_idx" ON "status_change"("device_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_login_key" ON "app_user"("login");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_oidc_issuer_oidc_subject_key" ON "app_user"("oidc_issuer", "oidc_subject");

-- CreateIndex
CREATE UNIQUE INDEX "session_hash_key" ON "session"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "session_former_hash_key" ON "session"("former_hash");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_link_hash_key" ON "one_time_link"("hash");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "idempotency_key_actor_key_key" ON "idempotency_key"("actor", "key");

-- CreateIndex
CREATE INDEX "command_created_at_request_id_idx" ON "command"("created_at", "request_id");

-- CreateIndex
CREATE INDEX "enrolment_request_id_idx" ON "enrolment"("request_id");

-- CreateIndex
CREATE INDEX "enrolment_state_not_before_idx" ON "enrolment"("state", "not_before");

-- CreateIndex
CREATE INDEX "device_update_device_id_created_at_idx" ON "device_update"("device_id", "created_at");

-- CreateIndex
CREATE INDEX "device_update_created_at_id_idx" ON "device_update"("created_at", "id");

-- CreateIndex
CREATE INDEX "event_store_id_id_idx" ON "event"("store_id", "id");

-- CreateIndex
CREATE INDEX "event_device_id_id_idx" ON "event"("device_id", "id");

-- AddForeignKey
ALTER TABLE "status_change" ADD CONSTRAINT "status_change_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sighting" ADD CONSTRAINT "sighting_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "one_time_link" ADD CONSTRAINT "one_time_link_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_key_alarm" ADD CONSTRAINT "host_key_alarm_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_key_alarm" ADD CONSTRAINT "host_key_alarm_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "command" ADD CONSTRAINT "command_package_id_fkey" FOREIGN KEY ("package_id") REFERENCES "package"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Finished by hand: what Prisma cannot say.
ALTER TABLE "command" DROP CONSTRAINT "command_kind", DROP CONSTRAINT "command_state", DROP CONSTRAINT "command_finished";
ALTER TABLE "command" ADD CONSTRAINT "command_state" CHECK
  ("state" IN ('waiting', 'running', 'done', 'failed', 'expired', 'cancelled'));
ALTER TABLE "command" ADD CONSTRAINT "command_finished" CHECK
  (("finished_at" IS NOT NULL) = ("state" IN ('done', 'failed', 'expired', 'cancelled')));
ALTER TABLE "command" ADD CONSTRAINT "command_kind" CHECK
  ("kind" IN ('look', 'message', 'closeShift', 'downloadStart', 'downloadStop', 'autoUpdate', 'block'));
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_role" CHECK ("role" IN ('viewer', 'operator', 'approver', 'admin'));
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_role" CHECK ("role" IN ('viewer', 'operator', 'approver', 'admin'));
ALTER TABLE "one_time_link" ADD CONSTRAINT "one_time_link_purpose" CHECK
  ("purpose" = 'firstAdmin' AND "user_id" IS NULL OR "purpose" = 'setPassword' AND "user_id" IS NOT NULL);
-- Of several processes that start at once, one makes the first admin's link.
CREATE UNIQUE INDEX "one_time_link_first" ON "one_time_link" ("purpose") WHERE "purpose" = 'firstAdmin' AND "used_at" IS NULL;
ALTER TABLE "package" ADD CONSTRAINT "package_signed" CHECK
  (("manifest" IS NULL) = ("signature" IS NULL) AND ("manifest" IS NULL) = ("signer" IS NULL));
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_ended" CHECK (("ended_at" IS NULL) = ("status" IS NULL));
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_state" CHECK
  ("state" IN ('waiting', 'running', 'shown', 'confirmed', 'refused', 'failed', 'expired'));
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_finished" CHECK
  (("finished_at" IS NOT NULL) = ("state" IN ('confirmed', 'refused', 'failed', 'expired')));
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_lease" CHECK (("lease_until" IS NOT NULL) = ("state" = 'running'));
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_kind" CHECK
  ("kind" = 'hostKeys' OR "kind" IN ('deviceKey', 'revokeKey') AND "device_id" IS NOT NULL);
ALTER TABLE "enrolment" ADD CONSTRAINT "enrolment_source" CHECK ("source" IN ('scan', 'knownHosts', 'file', 'renew'));
-- Found before every tick, however many devices there are.
CREATE INDEX "device_key_to_revoke" ON "device" ("id") WHERE "removed_at" IS NOT NULL AND "public_key" IS NOT NULL;
-- One open alarm for a host and what it shows.
CREATE UNIQUE INDEX "host_key_alarm_open" ON "host_key_alarm" ("store_id", "device_id", "shown") NULLS NOT DISTINCT
  WHERE "settled_at" IS NULL;
-- What was taken out of the fleet holds no number.
DROP INDEX "device_number";
CREATE UNIQUE INDEX "device_number" ON "device" ("store_id", "number") WHERE "number" <> 0 AND "removed_at" IS NULL;
