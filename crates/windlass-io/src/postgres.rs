//! Values of a PostgreSQL database: `bytea` columns and large objects, piece by piece.
//!
//! `postgres://user@host/db?table=images&column=data&key=id&value=7`. The type of the column
//! decides: `bytea` holds the value itself, `oid` or `lo` the number of a large object. A large
//! object without a table is `postgres://user@host/db?oid=16400`.

mod read;
mod tls;
mod write;

use std::sync::Mutex;

use ::postgres::{Client, Config, Error as DatabaseError, GenericClient};

use tls::Security;

use crate::names::{query, shown};
use crate::{Error, ErrorKind, Result, Source, Target, settings};

pub(crate) fn source(name: &str) -> Result<Source> {
    Ok(read::source(Place::parse(name)?))
}

pub(crate) fn target(name: &str) -> Result<Target> {
    Ok(write::target(Place::parse(name)?))
}

/// Where a value lies.
#[derive(Clone)]
struct Place {
    /// For messages: without password.
    nick: String,
    config: Config,
    security: Security,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Row { table: String, column: String, key: String, value: String },
    Large(u32),
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bytes,
    Large,
}

impl Place {
    fn parse(name: &str) -> Result<Self> {
        let (plain, pairs) = query(name)?;
        let own = ["table", "column", "key", "value", "oid", "sslmode", "sslrootcert"];
        let find =
            |key| pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value.clone());
        let need = |key| find(key).ok_or_else(|| bad(format!("postgres: needs {key}=…")));
        let value = match find("oid") {
            Some(oid) => {
                let parsed = oid.parse();
                Value::Large(parsed.map_err(|_| bad(format!("oid is {oid:?}, not an integer")))?)
            }
            None => Value::Row {
                table: need("table")?,
                column: need("column")?,
                key: need("key")?,
                value: need("value")?,
            },
        };
        // What is not ours is an option of the connection, such as sslmode or connect_timeout.
        let (query, _) = name.split_once('#').unwrap_or((name, ""));
        let rest = query.split_once('?').map_or("", |(_, query)| query).split('&');
        let is_ours = |pair: &&str| own.contains(&pair.split('=').next().unwrap_or_default());
        let rest: Vec<&str> = rest.filter(|pair| !pair.is_empty() && !is_ours(pair)).collect();
        let url =
            if rest.is_empty() { plain.to_owned() } else { format!("{plain}?{}", rest.join("&")) };
        let config = url.parse::<Config>();
        let mut config = config.map_err(|_| bad("not an address of PostgreSQL"))?;
        complete(&mut config);
        let security = Security::new(find("sslmode"), find("sslrootcert"))?;
        security.apply(&mut config);
        Ok(Self { nick: shown(query), config, security, value })
    }

    fn connect(&self) -> Result<Client> {
        let connector = self.security.connector()?;
        self.config.connect(connector).map_err(|error| database_error(&error))
    }

    /// What the column holds.
    fn kind(&self, client: &mut impl GenericClient) -> Result<Kind> {
        let Value::Row { table, column, .. } = &self.value else { return Ok(Kind::Large) };
        let sql = format!("SELECT {} FROM {} LIMIT 0", quoted(column), quoted_table(table));
        let statement = client.prepare(&sql).map_err(|error| database_error(&error))?;
        let name = statement.columns().first().map_or("", |column| column.type_().name());
        match name {
            "bytea" => Ok(Kind::Bytes),
            "oid" | "lo" => Ok(Kind::Large),
            other => Err(bad(format!("column {column:?} is of type {other}, not bytea or oid"))),
        }
    }

    /// The number of the large object, if the value is one that exists.
    fn large(&self, client: &mut impl GenericClient) -> Result<Option<u32>> {
        let (table, column, key, value) = match &self.value {
            Value::Large(oid) => return Ok(Some(*oid)),
            Value::Row { table, column, key, value } => (table, column, key, value),
        };
        let (column, table, key) = (quoted(column), quoted_table(table), quoted(key));
        let sql = format!("SELECT {column}::oid FROM {table} WHERE {key}::text = $1");
        let row = client.query_opt(&sql, &[value]).map_err(|error| database_error(&error))?;
        Ok(row.and_then(|row| row.get(0)))
    }

    fn missing(&self) -> Error {
        let message = match &self.value {
            Value::Large(oid) => format!("there is no large object {oid}"),
            Value::Row { table, key, value, .. } => {
                format!("table {table:?} has no value where {key:?} = {value:?}")
            }
        };
        Error::new(ErrorKind::NotFound, message)
    }
}

/// Adds what libpq takes from the environment.
fn complete(config: &mut Config) {
    let value = |name| settings::variable(name).and_then(|value| value.into_string().ok());
    if config.get_hosts().is_empty() {
        config.host(value("PGHOST").as_deref().unwrap_or("/var/run/postgresql"));
    }
    if config.get_user().is_none()
        && let Some(user) = value("PGUSER").or_else(|| value("USER"))
    {
        config.user(&user);
    }
    if config.get_ports().is_empty()
        && let Some(port) = value("PGPORT").and_then(|port| port.parse().ok())
    {
        config.port(port);
    }
    if config.get_dbname().is_none()
        && let Some(database) = value("PGDATABASE")
    {
        config.dbname(&database);
    }
    if config.get_password().is_none()
        && let Some(password) = value("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(std::time::Duration::from_secs(10));
    }
    if config.get_application_name().is_none() {
        config.application_name("windlass");
    }
}

/// A client that one thread at a time uses; a connection that is gone is made again.
type Slot = Mutex<Option<Client>>;

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table, perhaps with its schema.
fn quoted_table(name: &str) -> String {
    name.split('.').map(quoted).collect::<Vec<_>>().join(".")
}

fn database_error(error: &DatabaseError) -> Error {
    let message = match error.as_db_error() {
        Some(error) => format!("PostgreSQL: {}", error.message()),
        None => match std::error::Error::source(error) {
            Some(cause) => format!("PostgreSQL: {error}: {cause}"),
            None => format!("PostgreSQL: {error}"),
        },
    };
    Error::new(ErrorKind::Io, message)
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let name =
            "postgres://me:s3cret@host/db?table=a.b&column=data&key=id&value=7&connect_timeout=3";
        let place = Place::parse(name).unwrap();
        assert_eq!(place.nick, "postgres://me@host/db?table=a.b&column=data&key=id&value=7");
        assert_eq!(place.config.get_connect_timeout().unwrap().as_secs(), 3);
        assert_eq!(quoted_table("a.b\"c"), "\"a\".\"b\"\"c\"");
        let error = Place::parse("postgres://host/db?table=a").map(|_| ()).unwrap_err();
        assert!(error.message().contains("column="), "{error}");
        assert!(Place::parse("postgres://host/db?oid=7").is_ok());
    }
}
