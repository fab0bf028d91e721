//! The table of permissions, second half: what each route asks for. A route that is not here is refused to everybody, and
//! fails a test.

use std::{collections::HashMap, sync::LazyLock};

use crate::permissions::Permission::{
    self, Account, AuditRead, ClientsRead, ClientsWrite, JobsRead, JobsWrite, NotificationsRead, NotificationsWrite,
    PrivacyManage, ReportsRead, SettingsManage, TicketsExport, TicketsExportReasoned, TicketsRead, TicketsWrite,
    UsersManage, UsersRead,
};

/// What a route asks of whoever comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it gives nothing away, or has a guard of its own, such as a gateway's signature.
    Nothing,
    /// That they may do this.
    May(Permission),
    /// The same, and what comes back shows clients or what they wrote, be it in answer to a change or where a form was refused:
    /// who saw it is put on record. A file, and all else that records itself, asks for no more than `May`.
    Sees(Permission),
    /// The same, but whoever is signed out gets to the handler, which keeps what they were typing when their session ended
    /// and shows nothing: see [`Lapsed`](super::Lapsed).
    MayOrLapsed(Permission),
    /// Both: whoever is signed in may see clients, whoever is signed out gets to the handler.
    SeesOrLapsed(Permission),
}

use Need::{May, MayOrLapsed, Nothing, Sees, SeesOrLapsed};

/// Every route: methods and path, as the router has it. `HEAD` is asked as `GET` is.
pub const ROUTES: &[(&str, Need)] = &[
    // Open to all.
    ("GET /healthz", Nothing),
    ("GET /readyz", Nothing),
    ("GET /favicon.ico", Nothing),
    ("GET /assets/{fingerprint}/{*path}", Nothing),
    ("GET /api/openapi.json", Nothing),
    ("GET /api/docs", Nothing),
    ("GET POST /setup", Nothing),
    ("GET POST /login", Nothing),
    ("GET POST /login/second", Nothing),
    ("POST /login/passkey", Nothing),
    ("GET POST /link", Nothing),
    ("GET POST /forgot", Nothing),
    ("POST /logout", Nothing),
    ("GET /auth/start", Nothing),
    ("GET /auth/callback", Nothing),
    ("POST /auth/backchannel-logout", Nothing),
    ("POST /language", Nothing),
    ("POST /api/auth/login", Nothing),
    ("GET POST /hooks/{channel}/{gateway}/status", Nothing),
    ("GET POST /hooks/{channel}/{gateway}/inbound", Nothing),
    // One's own.
    ("GET /", May(Account)),
    ("GET /account", May(Account)),
    ("GET POST /account/confirm", May(Account)),
    ("GET /account/second-factor", May(Account)),
    ("GET POST /account/second-factor/app", May(Account)),
    ("GET POST /account/second-factor/passkey", May(Account)),
    ("POST /account/second-factor/codes", May(Account)),
    ("POST /account/second-factor/{id}/remove", May(Account)),
    ("POST /account/password", May(Account)),
    ("POST /account/preferences", May(Account)),
    ("POST /account/sessions/{id}/end", May(Account)),
    ("POST /account/tokens", May(Account)),
    ("POST /account/tokens/{id}/revoke", May(Account)),
    ("GET /api/auth/me", May(Account)),
    ("POST /api/auth/logout", May(Account)),
    // Tickets, read.
    ("GET /tickets", Sees(TicketsRead)),
    ("GET /tickets/find", Sees(TicketsRead)),
    ("GET /tickets/{key}", Sees(TicketsRead)),
    ("POST /tickets/density", May(TicketsRead)),
    ("GET /views", Sees(TicketsRead)),
    ("GET /live", May(TicketsRead)),
    ("GET /tickets.csv", May(TicketsExport)),
    ("POST /tickets.csv", May(TicketsExportReasoned)),
    ("GET /tickets/export", May(TicketsExportReasoned)),
    ("GET /api/tickets", Sees(TicketsRead)),
    ("GET /tickets/{key}/photos/{photo}", Sees(TicketsRead)),
    ("GET /api/tickets/{id}", Sees(TicketsRead)),
    ("GET /api/tickets/{id}/photos/{photo}", Sees(TicketsRead)),
    ("GET /api/tickets/{id}/notifications", Sees(TicketsRead)),
    ("GET /api/views", Sees(TicketsRead)),
    ("GET /api/tickets.csv", May(TicketsExport)),
    ("POST /api/tickets.csv", May(TicketsExportReasoned)),
    // Tickets, written.
    ("POST /tickets", SeesOrLapsed(TicketsWrite)),
    ("GET /tickets/new", Sees(TicketsWrite)),
    ("POST /tickets/new", SeesOrLapsed(TicketsWrite)),
    ("GET POST /tickets/new/preview", Sees(TicketsWrite)),
    ("GET /tickets/bulk", Sees(TicketsWrite)),
    ("POST /tickets/bulk", Sees(TicketsWrite)),
    ("GET /tickets/bulk/{run}", Sees(TicketsWrite)),
    ("POST /tickets/bulk/{run}/undo", May(TicketsWrite)),
    ("GET /tickets/{key}/edit", Sees(TicketsWrite)),
    ("POST /tickets/{key}/edit", Sees(TicketsWrite)),
    ("GET /tickets/{key}/status", Sees(TicketsWrite)),
    ("POST /tickets/{key}/status", Sees(TicketsWrite)),
    ("GET /tickets/{key}/priority", Sees(TicketsWrite)),
    ("POST /tickets/{key}/priority", Sees(TicketsWrite)),
    ("GET /tickets/{key}/assignment", Sees(TicketsWrite)),
    ("POST /tickets/{key}/assignment", Sees(TicketsWrite)),
    ("GET /tickets/{key}/notes", Sees(TicketsWrite)),
    ("POST /tickets/{key}/notes", SeesOrLapsed(TicketsWrite)),
    ("GET /tickets/{key}/undo", Sees(TicketsWrite)),
    ("POST /tickets/{key}/undo", Sees(TicketsWrite)),
    ("PUT POST /drafts/{form}", MayOrLapsed(TicketsWrite)),
    ("POST /drafts/{form}/discard", May(TicketsWrite)),
    ("POST /views", May(TicketsWrite)),
    ("GET /views/new", May(TicketsWrite)),
    ("GET /views/{id}", Sees(TicketsWrite)),
    ("POST /views/{id}", Sees(TicketsWrite)),
    ("POST /views/{id}/filter", May(TicketsWrite)),
    ("GET /views/{id}/delete", Sees(TicketsWrite)),
    ("POST /views/{id}/delete", May(TicketsWrite)),
    ("POST /live/editing", May(TicketsWrite)),
    ("POST /api/tickets", May(TicketsWrite)),
    ("PUT PATCH /api/tickets/{id}", Sees(TicketsWrite)),
    ("POST /api/tickets/{id}/notes", May(TicketsWrite)),
    ("POST /api/views", May(TicketsWrite)),
    ("PATCH /api/views/{id}", Sees(TicketsWrite)),
    ("DELETE /api/views/{id}", May(TicketsWrite)),
    // Clients.
    ("GET /clients", Sees(ClientsRead)),
    ("GET /clients/suggest", Sees(ClientsRead)),
    ("GET /clients/{id}", Sees(ClientsRead)),
    ("GET /api/clients", Sees(ClientsRead)),
    ("GET /api/clients/{accountId}", Sees(ClientsRead)),
    ("POST /clients", May(ClientsWrite)),
    ("GET /clients/new", May(ClientsWrite)),
    ("GET /clients/{id}/edit", Sees(ClientsWrite)),
    ("POST /clients/{id}/edit", Sees(ClientsWrite)),
    ("PUT /api/clients/{accountId}", Sees(ClientsWrite)),
    // Messages.
    ("GET /notifications", Sees(NotificationsRead)),
    ("GET /notifications/calls", Sees(NotificationsRead)),
    ("GET /notifications/gateways", May(NotificationsRead)),
    ("GET /notifications/templates", May(NotificationsRead)),
    ("GET /api/notifications", Sees(NotificationsRead)),
    ("GET /api/notifications/{id}", Sees(NotificationsRead)),
    ("GET /api/gateways", May(NotificationsRead)),
    ("GET /api/templates", May(NotificationsRead)),
    ("GET /api/templates/{kind}/{channel}/{language}", May(NotificationsRead)),
    ("POST /api/opt-outs/find", Sees(NotificationsRead)),
    ("GET /notifications/resend", Sees(NotificationsWrite)),
    ("POST /notifications/resend", May(NotificationsWrite)),
    ("GET /notifications/{id}/resend", Sees(NotificationsWrite)),
    ("POST /notifications/{id}/resend", May(NotificationsWrite)),
    ("GET /notifications/{id}/cancel", Sees(NotificationsWrite)),
    ("POST /notifications/{id}/cancel", May(NotificationsWrite)),
    ("GET /notifications/{id}/called", Sees(NotificationsWrite)),
    ("POST /notifications/{id}/called", May(NotificationsWrite)),
    ("GET POST /notifications/gateways/{channel}/{gateway}/test", May(NotificationsWrite)),
    ("GET /tickets/{key}/consent", Sees(NotificationsWrite)),
    ("POST /tickets/{key}/consent", May(NotificationsWrite)),
    ("GET /tickets/{key}/notifications/{id}/cancel", Sees(NotificationsWrite)),
    ("POST /tickets/{key}/notifications/{id}/cancel", May(NotificationsWrite)),
    ("GET /tickets/{key}/notifications/{id}/resend", Sees(NotificationsWrite)),
    ("POST /tickets/{key}/notifications/{id}/resend", Sees(NotificationsWrite)),
    ("POST /api/notifications/{id}/cancel", May(NotificationsWrite)),
    ("POST /api/notifications/{id}/resend", May(NotificationsWrite)),
    ("POST /api/gateways/{channel}/{gateway}/test", May(NotificationsWrite)),
    ("PUT /api/opt-outs", May(NotificationsWrite)),
    // Reports.
    ("GET /reports", May(ReportsRead)),
    ("GET /reports/{name}", May(ReportsRead)),
    // Technicians, where the desk gives them a view of their own.
    ("GET /jobs", Sees(JobsRead)),
    ("GET /jobs/{key}", Sees(JobsRead)),
    ("GET /api/jobs", Sees(JobsRead)),
    ("GET /jobs/{key}/photos/{photo}", Sees(JobsRead)),
    ("GET /api/jobs/{id}", Sees(JobsRead)),
    ("GET /api/jobs/{id}/photos/{photo}", Sees(JobsRead)),
    ("GET /jobs/{key}/notes", Sees(JobsWrite)),
    ("POST /jobs/{key}/notes", Sees(JobsWrite)),
    ("GET /jobs/{key}/status", Sees(JobsWrite)),
    ("POST /jobs/{key}/status", Sees(JobsWrite)),
    ("PATCH /api/jobs/{id}", Sees(JobsWrite)),
    ("POST /api/jobs/{id}/notes", May(JobsWrite)),
    ("POST /api/jobs/{id}/photos", May(JobsWrite)),
    // Owners: users, settings, keys, audit history.
    ("GET /users", May(UsersRead)),
    ("GET /api/users", May(UsersRead)),
    ("POST /users", May(UsersManage)),
    ("GET /users/new", May(UsersManage)),
    ("GET POST /users/{id}/edit", May(UsersManage)),
    ("POST /users/{id}/link", May(UsersManage)),
    ("POST /users/{id}/password", May(UsersManage)),
    ("POST /users/{id}/sessions/{session}/end", May(UsersManage)),
    ("POST /users/second-factor", May(UsersManage)),
    ("POST /users/{id}/second-factor/reset", May(UsersManage)),
    ("POST /users/{id}/enable", May(UsersManage)),
    ("POST /users/{id}/disable", May(UsersManage)),
    ("POST /api/users", May(UsersManage)),
    ("PATCH /api/users/{id}", May(UsersManage)),
    ("POST /api/users/{id}/link", May(UsersManage)),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}", May(SettingsManage)),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}/preview", May(SettingsManage)),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}/reset", May(SettingsManage)),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}/test", May(SettingsManage)),
    ("PUT /api/templates/{kind}/{channel}/{language}", May(SettingsManage)),
    ("GET /audit", May(AuditRead)),
    ("GET /audit/export", May(AuditRead)),
    ("POST /audit.csv", May(AuditRead)),
    ("GET /api/audit", May(AuditRead)),
    // What clients may ask of their data.
    ("GET /privacy", Sees(AuditRead)),
    ("GET POST /privacy/find", Sees(PrivacyManage)),
    ("GET /privacy/clients/{id}", Sees(PrivacyManage)),
    ("GET /privacy/tickets/{key}", Sees(PrivacyManage)),
    ("GET POST /privacy/export", Sees(PrivacyManage)),
    ("GET POST /privacy/erase", Sees(PrivacyManage)),
    ("GET POST /privacy/holds", Sees(PrivacyManage)),
    ("GET /privacy/holds/{id}/end", Sees(PrivacyManage)),
    ("POST /privacy/holds/{id}/end", May(PrivacyManage)),
    ("GET /api/privacy/retention", May(AuditRead)),
    ("GET /api/privacy/holds", Sees(AuditRead)),
    ("POST /api/privacy/holds", May(PrivacyManage)),
    ("POST /api/privacy/holds/{id}/end", May(PrivacyManage)),
    ("POST /api/privacy/export", May(PrivacyManage)),
    ("POST /api/privacy/erasures", May(PrivacyManage)),
];

type Methods = Vec<(&'static str, Need)>;

static BY_PATH: LazyLock<HashMap<&'static str, Methods>> = LazyLock::new(|| {
    let mut paths: HashMap<&str, Methods> = HashMap::new();
    for (route, need) in ROUTES {
        let Some((methods, path)) = route.rsplit_once(' ') else { continue };
        paths.entry(path).or_default().extend(methods.split(' ').map(|method| (method, *need)));
    }
    paths
});

/// The methods of a route with what each asks for; none of a path that is in no line.
pub fn methods(path: &str) -> Option<&'static [(&'static str, Need)]> {
    BY_PATH.get(path).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_line_names_methods_and_a_path_and_no_route_twice() {
        let mut seen = HashSet::new();
        for (route, _) in ROUTES {
            let (verbs, path) = route.rsplit_once(' ').unwrap();
            assert!(path.starts_with('/'), "{route}");
            for verb in verbs.split(' ') {
                assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&verb), "{route}");
                assert!(seen.insert((verb, path)), "{verb} {path} is there twice");
            }
        }
        assert_eq!(methods("/views/{id}").unwrap().len(), 2);
        assert_eq!(methods("/nowhere"), None);
    }
}
