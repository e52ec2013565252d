-- CreateTable
CREATE TABLE "store_contact" (
    "store_id" UUID NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "source" TEXT NOT NULL,
    "reason" TEXT,
    "latency_ms" INTEGER,
    "free_bytes" BIGINT,
    "total_bytes" BIGINT,
    "disk_at" TIMESTAMPTZ(3),
    "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,

    CONSTRAINT "store_contact_pkey" PRIMARY KEY ("store_id")
);

-- CreateIndex
CREATE INDEX "store_contact_xid_idx" ON "store_contact"("xid");

-- AddForeignKey
ALTER TABLE "store_contact" ADD CONSTRAINT "store_contact_store_id_fkey" FOREIGN KEY ("store_id") REFERENCES "store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: a reading is whole or not there, and who was never reached has a reason.
ALTER TABLE "store_contact" ADD CONSTRAINT "store_contact_told" CHECK ("read_at" IS NOT NULL OR "reason" IS NOT NULL);
ALTER TABLE "store_contact" ADD CONSTRAINT "store_contact_disk" CHECK (
  ("free_bytes" IS NULL) = ("total_bytes" IS NULL) AND ("free_bytes" IS NULL) = ("disk_at" IS NULL)
  AND "free_bytes" >= 0 AND "total_bytes" >= 0);
ALTER TABLE "store_contact" ADD CONSTRAINT "store_contact_latency" CHECK ("latency_ms" >= 0);
