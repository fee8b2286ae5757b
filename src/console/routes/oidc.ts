/** Routes of the API: signing in by an OpenID provider. */

import * as z from 'zod'
import { oidcCookie } from '../oidc.ts'
import { Problem } from '../problem.ts'
import type { Services } from '../services.ts'
import { cookieOf } from '../sign-in.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

/** A page of this console: never another site, whatever was written into a link. */
const pageOfOurs = /^\/[a-z-]{0,40}(?:[?#][!-~]{0,1000})?$/

const oidcReturnPath = '/api/v1/oidc/return'

export const oidcRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/oidc/start',
    access: 'public',
    summary: 'Sign in by the OpenID provider',
    prose: 'For browsers: leads to the provider, which sends them back to `/oidc/return`.',
    query: z.object({ next: z.string().max(1100).optional().describe('The page to go on to.') }),
    media: 'text/plain; charset=utf-8',
    maxPerMinute: 60,
    handle: async ({ services, query, request, reply }) => {
      const { oidc } = services
      if (oidc === null) throw new Problem('not-found', 'signing in by OpenID is not set up here')
      const here = services.origins.at(request, request.url)
      if (new URL(here).host !== request.headers.host) {
        // The cookie has to be of the host that the provider sends the browser back to.
        void reply.redirect(here, 303)
        return undefined
      }
      const next = query.next !== undefined && pageOfOurs.test(query.next) ? query.next : '/overview'
      try {
        const { url, secret } = await oidc.begin(services.origins.at(request, oidcReturnPath), next)
        void reply.header('set-cookie', cookie(secret, 600))
        void reply.redirect(url, 303)
      } catch (error) {
        services.log('console-fault', { error, id: 'oidc', route: '/oidc/start' })
        void reply.redirect('/sign-in?why=provider', 303)
      }
      return undefined
    },
  }),
  route({
    method: 'GET',
    path: '/oidc/return',
    access: 'public',
    summary: 'Back from the OpenID provider',
    prose: 'For browsers. What the provider says counts once, and in the browser that began.',
    media: 'text/plain; charset=utf-8',
    maxPerMinute: 60,
    handle: async ({ services, request, reply, address }) => {
      const { oidc } = services
      if (oidc === null) throw new Problem('not-found', 'signing in by OpenID is not set up here')
      const { search } = new URL(request.url, 'http://localhost')
      const outcome = await finished(services, oidc, search, cookieOf(request.headers.cookie, oidcCookie), address)
      void reply.header('set-cookie', cookie('', 0))
      if (outcome.kind === 'refused') void reply.redirect(`/sign-in?why=${outcome.why}`, 303)
      else {
        services.signIn.begin(outcome.account, address, request, reply)
        void reply.redirect(outcome.next, 303)
      }
      return undefined
    },
  }),
]

/** A provider's role that can't be given here, such as one that would leave no administrator, is a refusal. */
async function finished(
  services: Services,
  oidc: NonNullable<Services['oidc']>,
  search: string,
  secret: string | null,
  address: string,
): ReturnType<typeof oidc.finish> {
  try {
    return await oidc.finish(search, secret, address)
  } catch (error) {
    services.log('console-fault', { error, id: 'oidc', route: '/oidc/return' })
    return { kind: 'refused', why: 'refused' }
  }
}

function cookie(secret: string, seconds: number): string {
  return `${oidcCookie}=${secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
}
