//! Tables, whatever their format: how many rows and which columns, and what the columns are about.

use crate::{
    detect::{Detection, Out, bytes::shown, conversation},
    model::{EntryPath, counted},
};

pub(super) const COLUMNAR: &str = "data-set:columnar";
pub(super) const PERSONAL: &str = "data-set:personal";

/// Columns that are shown.
const SHOWN: usize = 12;
/// Columns that are looked at; more are not of people.
const LOOKED_AT: usize = 4096;
/// Fewer rows of people are an example's.
pub(super) const ENOUGH: u64 = 20;

/// A table, as far as its header tells.
#[derive(Default)]
pub(super) struct Table {
    pub(super) format: &'static str,
    pub(super) rows: Option<u64>,
    pub(super) columns: Vec<String>,
}

impl Table {
    pub(super) fn new(format: &'static str) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }

    /// Adds a column with the name as it stands in the file.
    pub(super) fn column(&mut self, name: &[u8]) {
        if self.columns.len() < LOOKED_AT {
            self.columns.extend(shown(name));
        }
    }

    /// Tells of the table, and of what its columns are about.
    pub(super) fn tell(&self, path: &EntryPath, out: &mut dyn Out) {
        let format = self.format;
        let message = format!("a data set in the {format} format");
        let evidence = self.described();
        out.detection(Detection::new(COLUMNAR, path, message, &*evidence));
        if let Some(about) = conversation::columns(&self.columns) {
            let message = format!("conversations in the {format} format: {about}");
            out.detection(Detection::new(
                conversation::DATA_SET,
                path,
                message,
                &*evidence,
            ));
        }
        let people = Personal::of(self.columns.iter().map(String::as_str));
        if people.are_people() && self.rows.is_none_or(|rows| rows >= ENOUGH) {
            let message = format!("columns of personal data: {}", people.names.join(", "));
            out.detection(Detection::new(PERSONAL, path, message, evidence));
        }
    }

    /// `1,000 rows, 3 columns: id, text, label`.
    pub(super) fn described(&self) -> String {
        let rows = self.rows.map(|rows| counted(rows, "row"));
        let columns = (!self.columns.is_empty()).then(|| {
            let first: Vec<_> = self
                .columns
                .iter()
                .take(SHOWN)
                .map(String::as_str)
                .collect();
            let more = if self.columns.len() > SHOWN {
                " …"
            } else {
                ""
            };
            let number = counted(self.columns.len(), "column");
            format!("{number}: {}{more}", first.join(", "))
        });
        let told: Vec<_> = rows.into_iter().chain(columns).collect();
        match told.is_empty() {
            true => self.format.to_owned(),
            false => told.join(", "),
        }
    }
}

/// What a column tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trait {
    Email,
    Phone,
    Birth,
    Identity,
    Bank,
    Name,
    Address,
    Network,
}

impl Trait {
    /// Whether a column of it is hardly ever about anything but people.
    pub(super) fn is_telling(self) -> bool {
        !matches!(self, Trait::Name | Trait::Address | Trait::Network)
    }
}

/// Names of columns without case and punctuation, and what they tell.
const NAMES: &[(Trait, &[&str])] = &[
    (
        Trait::Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "useremail",
            "customeremail",
            "contactemail",
            "workemail",
            "personalemail",
            "courriel",
            "correo",
            "correoelectronico",
            "emailadresse",
        ],
    ),
    (
        Trait::Phone,
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cellphone",
            "telephone",
            "telephonenumber",
            "homephone",
            "workphone",
            "telefon",
            "telefonnummer",
            "telefono",
            "handynummer",
        ],
    ),
    (
        Trait::Birth,
        &[
            "dateofbirth",
            "birthdate",
            "dob",
            "birthday",
            "geburtsdatum",
            "datedenaissance",
            "fechanacimiento",
            "fechadenacimiento",
        ],
    ),
    (
        Trait::Identity,
        &[
            "ssn",
            "socialsecuritynumber",
            "nationalid",
            "taxid",
            "passport",
            "passportnumber",
            "driverslicense",
            "driverslicensenumber",
            "steuernummer",
            "dni",
            "aadhaar",
            "nino",
        ],
    ),
    (
        Trait::Bank,
        &[
            "iban",
            "creditcard",
            "creditcardnumber",
            "cardnumber",
            "bankaccount",
            "accountnumber",
        ],
    ),
    (
        Trait::Name,
        &[
            "name",
            "firstname",
            "lastname",
            "surname",
            "fullname",
            "givenname",
            "familyname",
            "customername",
            "vorname",
            "nachname",
            "prenom",
            "nomdefamille",
            "apellido",
            "apellidos",
            "nombre",
        ],
    ),
    (
        Trait::Address,
        &[
            "address",
            "streetaddress",
            "homeaddress",
            "address1",
            "addressline1",
            "street",
            "zipcode",
            "postalcode",
            "postcode",
            "adresse",
            "strasse",
            "direccion",
        ],
    ),
    (
        Trait::Network,
        &[
            "ipaddress",
            "clientip",
            "userid",
            "customerid",
            "username",
            "useragent",
        ],
    ),
];

/// What a column with this name tells of a person, if it does.
pub(super) fn personal(name: &str) -> Option<Trait> {
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = bare.to_lowercase();
    let named = |(_, names): &&(Trait, &[&str])| names.contains(&bare.as_str());
    NAMES.iter().find(named).map(|(kind, _)| *kind)
}

/// The columns of a table that tell of people.
pub(super) struct Personal {
    pub(super) names: Vec<String>,
    traits: Vec<Trait>,
}

impl Personal {
    pub(super) fn of<'n>(columns: impl Iterator<Item = &'n str>) -> Self {
        let (mut names, mut traits) = (Vec::new(), Vec::new());
        for (name, found) in columns.filter_map(|name| Some((name, personal(name)?))) {
            if names.len() < SHOWN {
                names.push(name.to_owned());
            }
            if !traits.contains(&found) {
                traits.push(found);
            }
        }
        Self { names, traits }
    }

    /// Two things of a person, one of which is of people only: less may be of products or machines.
    pub(super) fn are_people(&self) -> bool {
        self.traits.len() >= 2 && self.traits.iter().any(|one| one.is_telling())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_from_machines() {
        for (columns, people) in [
            (&["id", "First Name", "E-Mail"][..], true),
            (&["Vorname", "geburtsdatum"], true),
            (&["user_id", "phone_number"], true),
            (&["user_id", "ip_address", "username"], false),
            (&["email", "e_mail"], false),
            (&["name", "description", "address"], false),
            (&["name", "email"], true),
            (&[], false),
        ] {
            let personal = Personal::of(columns.iter().copied());
            assert_eq!(personal.are_people(), people, "{columns:?}");
        }
    }
}
