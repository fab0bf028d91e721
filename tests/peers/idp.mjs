// An OpenID provider for the tests, of the certified library oidc-provider. It says its issuer on a line, then takes
// orders on standard input, one JSON object a line: {"desk": "http://…"} is where its one client is, and has to come
// first; {"groups": {"asha": […]}} changes what somebody is in. The name typed on its log-in page is the account, and any
// password does.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const groups = { asha: ['redress-admin'], meenakshi: ['redress-admin'], ravi: ['redress-technician'], mallory: [] };
const server = createServer((request, response) => response.writeHead(503).end());
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ issuer: issuer() })));
const issuer = () => `http://127.0.0.1:${server.address().port}`;

function provider(desk) {
  const made = new Provider(issuer(), {
    clients: [{
      client_id: 'redress',
      client_secret: 'only-for-tests-0123456789abcdef',
      redirect_uris: [`${desk}/auth/callback`],
      post_logout_redirect_uris: [`${desk}/`],
      backchannel_logout_uri: `${desk}/auth/backchannel-logout`,
      backchannel_logout_session_required: true,
      response_types: ['code'],
      grant_types: ['authorization_code'],
    }],
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: process.env.IDP_CLAIMS === 'userinfo',
    async findAccount(_, id) {
      if (!(id in groups)) return undefined;
      const claims = { sub: id, name: id[0].toUpperCase() + id.slice(1), groups: groups[id] };
      return { accountId: id, claims: async () => ({ ...claims, email: `${id}@isp.example`, email_verified: id !== 'mallory' }) };
    },
    // It would not call addresses of this machine.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    cookies: { keys: ['only-for-tests'] },
    ttl: { Session: 3600, AccessToken: 300, IdToken: 300, Grant: 3600, Interaction: 600 },
  });
  // Its pages take a font from elsewhere, which tests do not.
  made.use(async (context, next) => {
    await next();
    if (typeof context.body === 'string') context.body = context.body.replace(/@import url\([^)]*\);/, '');
  });
  return made;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  Object.assign(groups, order.groups);
  if (order.desk) {
    server.removeAllListeners('request');
    server.on('request', provider(order.desk).callback());
  }
  console.log(JSON.stringify({ done: true }));
}).on('close', () => process.exit());
