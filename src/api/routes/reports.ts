/** The evening list and the morning report, and what happened. */
import { z } from 'zod'
import { type Route, route } from '../call.ts'
import { getReportHandler, listReportsHandler, reportsQuery } from '../handlers/list-reports.ts'
import { keepReportHandler, reportBody, reportQuery, showReportHandler } from '../handlers/make-report.ts'
import { readEventsHandler } from '../handlers/read-events.ts'
import { reportForm } from '../report-answer.ts'
import { byId, limit } from '../schemas.ts'

const eventsQuery = z.strictObject({
  after: z.string().max(40).optional(),
  limit: limit(200, 1000),
  rolloutId: z.uuid().optional(),
  updateId: z.uuid().optional(),
})

export const reportRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/reports/evening',
    summary: 'Who is not ready for tonight, and whom to ring, as of now',
    permission: 'reports.read',
    reach: 'chain',
    query: reportQuery,
    handler: showReportHandler('evening'),
  }),
  route({
    method: 'get',
    path: '/reports/morning',
    summary: 'What became of the night, as of now',
    permission: 'reports.read',
    reach: 'chain',
    query: reportQuery,
    handler: showReportHandler('morning'),
  }),
  route({
    method: 'get',
    path: '/reports',
    summary: 'Reports that were kept',
    permission: 'reports.read',
    reach: 'chain',
    query: reportsQuery,
    handler: listReportsHandler,
  }),
  route({
    method: 'post',
    path: '/reports',
    summary: 'Make a report and keep it',
    permission: 'reports.make',
    reach: 'chain',
    body: reportBody,
    handler: keepReportHandler,
  }),
  route({
    method: 'get',
    path: '/reports/:id',
    summary: 'One report as it was made',
    permission: 'reports.read',
    reach: 'chain',
    params: byId,
    query: z.strictObject(reportForm),
    handler: getReportHandler,
  }),
  route({
    method: 'get',
    path: '/events',
    summary: 'Events after a cursor; as a stream where `text/event-stream` is accepted',
    permission: 'events.read',
    reach: 'own',
    query: eventsQuery,
    handler: readEventsHandler,
  }),
]
