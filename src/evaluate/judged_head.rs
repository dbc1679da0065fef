//! The head (or the single score) of a model that is compared with labels.

use crate::{
    error::{Error, Result},
    model::card::{Activation, Card},
};

/// The name of the negative class of a head with one label.
const OTHER: &str = "other";

/// A head whose scores are compared with labels.
pub(crate) struct JudgedHead {
    /// Name of the head, or of the score.
    pub(crate) name: String,
    /// Names of the classes. With two, the second is the one that is predicted.
    pub(crate) classes: Vec<String>,
    /// Numbers of the score columns: one per class; with two classes, the second's alone.
    pub(crate) columns: Vec<usize>,
}

impl JudgedHead {
    /// The only head; or the head or score called `wanted`.
    pub(crate) fn of(card: &Card, wanted: Option<&str>) -> Result<Self> {
        let columns = card.columns();
        let one = |column: usize| Self {
            name: columns[column].name.clone(),
            classes: vec![OTHER.into(), columns[column].label.clone()],
            columns: vec![column],
        };
        let heads: Vec<&str> = card.heads.iter().map(|head| head.name.as_str()).collect();
        let number =
            match wanted {
                None if heads.len() == 1 => 0,
                None => {
                    return Err(Error::usage(format!("{} has several heads: {}", card.name, heads.join(", ")))
                        .with_hint(format!("--head {}", heads[0])));
                }
                Some(name) => match heads.iter().position(|head| *head == name) {
                    Some(number) => number,
                    None => {
                        return columns.iter().position(|column| column.name == name).map(one).ok_or_else(|| {
                            Error::usage(format!("--head {name}: {} has {}", card.name, heads.join(", ")))
                        });
                    }
                },
            };
        let own: Vec<usize> = (0..columns.len()).filter(|&column| columns[column].head == number).collect();
        let head = &card.heads[number];
        let of_classes = |columns| Self { name: head.name.clone(), classes: head.labels.clone(), columns };
        match (own.as_slice(), head.activation) {
            (_, Activation::Identity | Activation::Softplus) => Err(Error::usage(format!(
                "head {} predicts numbers, not probabilities of classes: it cannot be compared with labels",
                head.name
            ))),
            ([column], _) => Ok(one(*column)),
            ([_, second], Activation::Softmax) => Ok(of_classes(vec![*second])),
            (_, Activation::Softmax) => Ok(of_classes(own)),
            _ => {
                let names: Vec<&str> = own.iter().map(|&column| columns[column].name.as_str()).collect();
                Err(Error::usage(format!("head {} has several independent scores: choose one", head.name))
                    .with_hint(format!("--head {}", names.join(", or --head "))))
            }
        }
    }
}
