// A real OpenID provider for the sign-in tests. It listens on a free port, says
// where on its first line, and signs in whoever the query of the interaction
// names: ?as=subject&amr=pwd+mfa.
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const redirect = process.argv[2]
const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'wijkplanner', token_endpoint_auth_method: 'none', redirect_uris: [redirect],
      grant_types: ['authorization_code'], response_types: ['code'],
    }],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    acrValues: ['urn:high'],
    claims: { openid: ['sub', 'acr', 'amr'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['for-tests-only'] },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid')
      await grant.save()
      return grant
    },
  })
  const callback = provider.callback()
  server.on('request', (request, response) => {
    const url = new URL(request.url, issuer)
    if (!url.pathname.startsWith('/interaction/')) return callback(request, response)
    const amr = (url.searchParams.get('amr') ?? 'pwd').split(' ')
    provider.interactionFinished(request, response, {
      login: { accountId: url.searchParams.get('as'), amr, acr: amr.includes('mfa') ? 'urn:high' : undefined, remember: false },
    }).catch((fault) => response.writeHead(400).end(String(fault)))
  })
  console.log(issuer)
})
