//! `/api/auth`: signing up, in and out.

use serde::Deserialize;

use super::guard::ACCESS_COOKIE;
use super::{Access, Call, Reply, Route};
use crate::app::App;
use crate::auth::{NewPassword, Password, RefreshToken};
use crate::error::{Error, Result};
use crate::policy::Action;
use crate::service::accounts::{Device, Signed};

const REFRESH_COOKIE: &str = "refreshToken";
/// The only place that is shown the refresh token.
const REFRESH_PATH: &str = "/api/auth";

pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/auth/register", Access::Open, "make an account and sign in", register),
        Route::post("/auth/login", Access::Open, "sign in with a username or an e-mail address", login),
        Route::post("/auth/claim", Access::Open, "become the first administrator, once", claim),
        Route::post("/auth/refresh", Access::Open, "new tokens for a refresh token", refresh),
        Route::post("/auth/logout", Access::Open, "end this session", logout),
        Route::post("/auth/logout-all", Action::UseOwnAccount, "end every session of mine", logout_all),
        Route::put(
            "/auth/change-password",
            Action::UseOwnAccount,
            "a new password; other sessions end",
            password,
        ),
        Route::get("/auth/me", Action::UseOwnAccount, "my account", me),
        Route::get(
            "/auth/verify",
            Action::UseOwnAccount,
            "whether this token is good, and what it says",
            verify,
        ),
        Route::get("/auth/sessions", Action::UseOwnAccount, "where I am signed in", sessions),
        Route::delete("/auth/sessions/{id}", Action::UseOwnAccount, "end a session", end_session),
    ]
}

async fn register(app: App, call: Call) -> Result<Reply> {
    let signed = app.accounts.register(call.json()?, &device(&call)).await?;
    Ok(welcome(&app, Reply::created(&signed), &signed))
}

async fn login(app: App, call: Call) -> Result<Reply> {
    let signed = app.accounts.login(&call.json()?, &device(&call)).await?;
    Ok(welcome(&app, Reply::data(&signed), &signed))
}

async fn claim(app: App, call: Call) -> Result<Reply> {
    let signed = app.accounts.claim(call.json()?, &device(&call)).await?;
    Ok(welcome(&app, Reply::created(&signed), &signed))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Refreshing {
    refresh_token: Option<String>,
}

async fn refresh(app: App, call: Call) -> Result<Reply> {
    let token = refresh_token(&call)?.ok_or_else(|| Error::invalid("refreshToken", "is required"))?;
    let signed = app.accounts.refresh(&token, &device(&call)).await?;
    Ok(welcome(&app, Reply::data(&signed), &signed))
}

/// Out of the body, or out of the cookie.
fn refresh_token(call: &Call) -> Result<Option<RefreshToken>> {
    let told = call.json_or_default::<Refreshing>()?.refresh_token;
    let token = match &told {
        Some(token) => Some(token.as_str()),
        None => call.cookie(REFRESH_COOKIE)?,
    };
    token.map(RefreshToken::parse).transpose()
}

/// Open, because a client whose access token has expired wants to sign out as well.
async fn logout(app: App, call: Call) -> Result<Reply> {
    match (call.actor(), refresh_token(&call)?) {
        (Ok(actor), _) => app.accounts.logout(actor).await?,
        (Err(_), Some(token)) => app.accounts.logout_with(&token).await?,
        // Cookies are left alone: another site's page could have sent this, and came without them.
        (Err(_), None) => return Ok(Reply::message("nobody was signed in")),
    }
    Ok(farewell(&app, Reply::message("signed out")))
}

async fn logout_all(app: App, call: Call) -> Result<Reply> {
    app.accounts.logout_all(call.actor()?).await?;
    Ok(farewell(&app, Reply::message("signed out everywhere")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PasswordChange {
    current_password: Password,
    new_password: NewPassword,
    #[serde(default)]
    confirm_password: Option<Password>,
}

async fn password(app: App, call: Call) -> Result<Reply> {
    let asked: PasswordChange = call.json()?;
    let typed = asked.new_password.password().expose();
    if asked.confirm_password.as_ref().is_some_and(|again| again.expose() != typed) {
        return Err(Error::invalid("confirmPassword", "must be the same as the new password"));
    }
    let (current, new) = (&asked.current_password, &asked.new_password);
    let signed = app.accounts.change_password(call.actor()?, current, new, call.address).await?;
    Ok(welcome(&app, Reply::data(&signed), &signed))
}

async fn me(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.accounts.me(call.actor()?).await?).etag())
}

async fn verify(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::data(app.accounts.verify(call.admission()?).await?))
}

pub(super) async fn sessions(app: App, call: Call) -> Result<Reply> {
    Ok(Reply::list("sessions", app.accounts.sessions(call.actor()?).await?))
}

pub(super) async fn end_session(app: App, call: Call) -> Result<Reply> {
    app.accounts.end_session(call.actor()?, call.param("id")?).await?;
    Ok(Reply::message("the session has ended"))
}

fn device(call: &Call) -> Device {
    Device { name: call.user_agent(), address: call.address }
}

fn welcome(app: &App, reply: Reply, signed: &Signed) -> Reply {
    let session = signed.session_expires_at.since(app.clock.now()).as_secs();
    set(app, reply, (&signed.access_token, signed.expires_in), (&signed.refresh_token, session))
}

pub(super) fn farewell(app: &App, reply: Reply) -> Reply {
    set(app, reply, ("", 0), ("", 0))
}

/// Both cookies, each with how many seconds it lasts; 0 takes it away.
fn set(app: &App, reply: Reply, access: (&str, u64), refresh: (&str, u64)) -> Reply {
    let secure = if app.doors.secure_cookies { "; Secure" } else { "" };
    let access =
        format!("{ACCESS_COOKIE}={}; Max-Age={}; Path=/; HttpOnly; SameSite=Lax{secure}", access.0, access.1);
    let refresh = format!(
        "{REFRESH_COOKIE}={}; Max-Age={}; Path={REFRESH_PATH}; HttpOnly; SameSite=Strict{secure}",
        refresh.0, refresh.1
    );
    reply.cookie(&access).cookie(&refresh)
}
