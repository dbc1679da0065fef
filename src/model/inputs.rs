//! All inputs of a call, in the order of [`super::ports::WindowPorts`]: the sequence, the mask, token types, and the others of the card.

use super::card::{Card, Carrier, Holds, OtherInput, Side};
use crate::batch::{Call, Data, Encoded, Input};

/// Shape and values of an input.
pub(super) struct CallInput<'a> {
    shape: Vec<usize>,
    values: Values<'a>,
}

/// Values that were encoded, or made here.
enum Values<'a> {
    Encoded(Data<'a>),
    Ids(Vec<i64>),
    Floats(Vec<f32>),
}

impl CallInput<'_> {
    /// As an engine takes it.
    pub(super) fn as_input(&self) -> Input<'_> {
        let data = match &self.values {
            Values::Encoded(data) => *data,
            Values::Ids(values) => Data::I64(values),
            Values::Floats(values) => Data::F32(values),
        };
        Input { shape: &self.shape, data }
    }
}

/// The inputs of a call.
pub(super) fn of_call<'a>(card: &Card, encoded: &'a Encoded, call: &Call) -> Vec<CallInput<'a>> {
    let input = &card.input;
    let carrier = input.dtype.carrier(input.encoding);
    let own = |values| CallInput { shape: call.shape.clone(), values };
    let ids = call.mask_start..call.mask_start + encoded.call_rows * call.len;
    let mut inputs = vec![own(Values::Encoded(sequence(encoded, call, carrier)))];
    if input.mask.is_some() {
        inputs.push(own(Values::Encoded(Data::I64(&encoded.masks[ids.clone()]))));
    }
    if input.types.is_some() {
        inputs.push(own(Values::Ids(vec![0; encoded.call_rows * call.len])));
    }
    for other in &input.others {
        inputs.push(match other.holds {
            Holds::ReverseComplement => {
                let reverse = encoded.reverse.as_deref().unwrap_or(encoded);
                own(Values::Encoded(sequence(reverse, call, carrier)))
            }
            Holds::Constant => constant(other, encoded.call_rows),
            Holds::Positions => {
                let mask = encoded.masks.get(ids.clone()).filter(|_| input.padding_side == Side::Left);
                positions(other, encoded.call_rows, call.len, mask)
            }
        });
    }
    inputs
}

fn sequence<'a>(encoded: &'a Encoded, call: &Call, carrier: Carrier) -> Data<'a> {
    let range = call.start..call.start + call.shape.iter().product::<usize>();
    match carrier {
        Carrier::F32 => Data::F32(&encoded.f32s[range]),
        Carrier::I64 => Data::I64(&encoded.i64s[range]),
        Carrier::I32 => Data::I32(&encoded.i32s[range]),
        Carrier::U8 => Data::U8(&encoded.u8s[range]),
    }
}

fn constant(other: &OtherInput, rows: usize) -> CallInput<'static> {
    let shape: Vec<usize> = std::iter::once(rows).chain(other.shape.iter().copied()).collect();
    let values = vec![other.value as f32; shape.iter().product()];
    CallInput { shape, values: Values::Floats(values) }
}

/// Places from the first token that is data: padding on the left has the first place, too.
fn positions(other: &OtherInput, rows: usize, len: usize, mask: Option<&[i64]>) -> CallInput<'static> {
    let row = |row: usize| {
        let padding =
            mask.map_or(0, |mask| mask[row * len..(row + 1) * len].iter().take_while(|&&seen| seen == 0).count());
        (0..len).map(move |at| other.from + at.saturating_sub(padding) as i64)
    };
    CallInput { shape: vec![rows, len], values: Values::Ids((0..rows).flat_map(row).collect()) }
}
