//! `hubbub user`: accounts from the command line, above all the first administrator.

use std::str::FromStr;

use clap::{Subcommand, ValueEnum};

use super::house::{House, or_through_the_server};
use super::{logging, say, terminal};
use crate::auth::NewPassword;
use crate::config::{Config, Keys, Loaded};
use crate::error::{Code, Error, Result};
use crate::model::{self, Email, Status, Username};
use crate::policy::Actor;
use crate::service::registrar::Newcomer;
use crate::store::{After, Among, Slice};

/// Accounts: add one, set a password, list them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub user add --username ann --email ann@example.org --role super_admin
  hubbub user passwd --username ann --password-stdin < secret.txt
  hubbub user list")]
pub(super) struct User {
    #[command(subcommand)]
    errand: Errand,
}

#[derive(Debug, Subcommand)]
enum Errand {
    /// Make an account; its password is asked for, or read from a pipe
    #[command(after_help = "Examples:
  hubbub user add --username ann --email ann@example.org --role super_admin
  echo 'correct horse' | hubbub user add --username bob --email bob@example.org --password-stdin")]
    Add(Add),
    /// Set a password and end every session of that user
    #[command(after_help = "Examples:
  hubbub user passwd --username ann
  hubbub user passwd --username ann --password-stdin < secret.txt")]
    Passwd(Passwd),
    /// Print every account
    #[command(after_help = "Examples:
  hubbub user list
  hubbub user list --data-dir /var/lib/hubbub")]
    List,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What the account is called
    #[arg(long, value_parser = parsed::<Username>)]
    username: Username,
    /// Its e-mail address
    #[arg(long, value_parser = parsed::<Email>)]
    email: Email,
    /// What it may do
    #[arg(long, value_enum, default_value_t = Role::User)]
    role: Role,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, clap::Args)]
struct Passwd {
    /// Whose password
    #[arg(long, value_parser = parsed::<Username>)]
    username: Username,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Role {
    User,
    SuperAdmin,
}

impl User {
    pub(super) async fn run(self, loaded: Loaded) -> Result<()> {
        let config = loaded.config;
        logging::for_command(&config)?;
        match self.errand {
            Errand::Add(add) => {
                let (house, keys) = open(&config, "POST /api/admin/users").await?;
                let added = add.run(&house, &keys).await;
                house.close(added).await
            }
            Errand::Passwd(passwd) => {
                let (house, keys) = open(&config, "PUT /api/auth/change-password (as that user)").await?;
                let set = passwd.run(&house, &keys).await;
                house.close(set).await
            }
            Errand::List => {
                let house = House::open(config.clone()).await;
                let house = house.map_err(|error| or_through_the_server(error, &config, "GET /api/users"))?;
                let listed = list(&house).await;
                house.close(listed).await
            }
        }
    }
}

/// Reads a flag, with the sentence of the error and not its code.
fn parsed<T: FromStr<Err = Error>>(text: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|error: Error| error.message().to_owned())
}

async fn open(config: &Config, route: &str) -> Result<(House, Keys)> {
    let opened = House::open_with_keys(config.clone()).await;
    opened.map_err(|error| or_through_the_server(error, config, route))
}

impl Add {
    async fn run(self, house: &House, keys: &Keys) -> Result<()> {
        let Add { username, email, .. } = self;
        let password = new_password(self.password_stdin, &username, &email)?;
        let password_hash = house.passwords(keys).hash(&password).await?;
        let role = match self.role {
            Role::User => model::Role::User,
            Role::SuperAdmin => model::Role::SuperAdmin,
        };
        let newcomer = Newcomer { username, email, password_hash, role, display_name: None };
        let user = house.registrar(keys).admit(newcomer).await?;
        if user.role == model::Role::SuperAdmin {
            // Somebody administers, so a claim link that is still open is taken back.
            house.app(keys).accounts.claim_token().await?;
        }
        say(format!("added {}", user.username));
        Ok(())
    }
}

impl Passwd {
    async fn run(self, house: &House, keys: &Keys) -> Result<()> {
        let user = house.store.users.by_username(&self.username.folded()).await?;
        let user = user.ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no {}; see `hubbub user list`", self.username))
        })?;
        let password = new_password(self.password_stdin, &user.username, &user.email)?;
        let password_hash = house.passwords(keys).hash(&password).await?;
        let (id, username, role) = (user.id, user.username.clone(), user.role);
        let themselves = Actor { id, username, role, session: None };
        house.registrar(keys).change_password(&themselves, &user, password_hash).await?;
        say(format!("{} has a new password and is signed out everywhere", user.username));
        Ok(())
    }
}

fn new_password(piped: bool, username: &Username, email: &Email) -> Result<NewPassword> {
    let password = terminal::new_password(piped)?;
    password.must_differ_from(&[username.as_str(), email.as_str()])?;
    Ok(password)
}

const PAGE: u64 = 100;

async fn list(house: &House) -> Result<()> {
    say(format!("{:<31}{:<13}{:<10}{:<26}{}", "username", "role", "status", "last signed in", "email"));
    let mut after = None;
    loop {
        let slice = Slice { after: after.take(), ..Slice::first(PAGE) };
        let users = house.store.users.page(&Among::default(), slice).await?;
        for user in &users {
            let role = match user.role {
                model::Role::User => "user",
                model::Role::SuperAdmin => "super_admin",
            };
            let status = match user.status {
                Status::Active => "active",
                Status::Inactive => "inactive",
            };
            let seen = user.last_login_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            say(format!("{:<31}{role:<13}{status:<10}{seen:<26}{}", user.username.as_str(), user.email));
        }
        let Some(last) = users.last() else {
            return Ok(());
        };
        after = Some(After(last.username_key.clone(), last.id.to_string()));
    }
}
