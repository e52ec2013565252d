/** The evening list and the morning report, and what happened. */
import { z } from 'zod'
import { eventsAnswer, reportAnswer, reportKeptAnswer, reportsAnswer } from '../answers/events.ts'
import { type Route, route } from '../call.ts'
import { getReportHandler, listReportsHandler, reportsQuery } from '../handlers/list-reports.ts'
import { keepReportHandler, reportBody, reportQuery, showReportHandler } from '../handlers/make-report.ts'
import { eventsQuery, readEventsHandler } from '../handlers/read-events.ts'
import { eventList } from '../lists/events.ts'
import { reportList } from '../lists/rollouts.ts'
import { reportForm } from '../report-answer.ts'
import { byId } from '../schemas.ts'

export const reportRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/reports/evening',
    summary: 'Who is not ready for tonight, and whom to ring, as of now',
    permission: 'reports.read',
    reach: 'chain',
    query: reportQuery,
    answer: reportAnswer,
    media: ['text/csv', 'text/html'],
    handler: showReportHandler('evening'),
  }),
  route({
    method: 'get',
    path: '/reports/morning',
    summary: 'What became of the night, as of now',
    permission: 'reports.read',
    reach: 'chain',
    query: reportQuery,
    answer: reportAnswer,
    media: ['text/csv', 'text/html'],
    handler: showReportHandler('morning'),
  }),
  route({
    method: 'get',
    path: '/reports',
    summary: 'Reports that were kept',
    permission: 'reports.read',
    reach: 'chain',
    query: reportsQuery,
    list: reportList,
    answer: reportsAnswer,
    handler: listReportsHandler,
  }),
  route({
    method: 'post',
    path: '/reports',
    summary: 'Make a report and keep it',
    permission: 'reports.make',
    reach: 'chain',
    body: reportBody,
    answer: reportKeptAnswer,
    statuses: [201],
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
    answer: reportAnswer,
    media: ['text/csv', 'text/html'],
    handler: getReportHandler,
  }),
  route({
    method: 'get',
    path: '/events',
    summary:
      'Events, the oldest or (`sort=-at`) the newest first; as a stream where `text/event-stream` is accepted',
    permission: 'events.read',
    reach: 'own',
    query: eventsQuery,
    list: eventList,
    answer: eventsAnswer,
    media: ['text/event-stream'],
    handler: readEventsHandler,
  }),
]
