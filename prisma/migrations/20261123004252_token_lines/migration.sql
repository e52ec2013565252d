-- AlterTable
ALTER TABLE "api_token" ADD COLUMN     "maker_id" UUID,
ADD COLUMN     "parent_id" UUID;

-- CreateIndex
CREATE INDEX "api_token_user_id_idx" ON "api_token"("user_id");

-- CreateIndex
CREATE INDEX "api_token_maker_id_idx" ON "api_token"("maker_id");

-- CreateIndex
CREATE INDEX "api_token_parent_id_idx" ON "api_token"("parent_id");

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_maker_id_fkey" FOREIGN KEY ("maker_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "api_token"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: who made the tokens that are there. Events know them by this name, and nobody else ever had it. A token that
-- somebody's token made is told in that person's name, so of its parent only the person is known.
UPDATE "api_token" t SET "maker_id" = u."id" FROM "app_user" u WHERE u."login" = t."created_by";
UPDATE "api_token" t SET "parent_id" = p."id" FROM "api_token" p
WHERE p."name" = t."created_by" AND p."user_id" IS NULL AND p."id" <> t."id" AND p."created_at" <= t."created_at";
