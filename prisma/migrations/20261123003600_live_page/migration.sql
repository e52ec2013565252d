-- AlterTable
ALTER TABLE "device_status" ADD COLUMN     "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint;

-- CreateIndex
CREATE INDEX "device_status_xid_idx" ON "device_status"("xid");
