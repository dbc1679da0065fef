//! Which graphs are networks of convolutions, and what becomes of their nodes.

use super::{
    file::{Message, floats, integer, model, node},
    graph::{End, Found, is_near, read},
    onnx::{Graph, operators},
};
use genogloss_convnet::{Prepared, Read};

/// The network of these nodes, with constants `w` (4 to 4 channels, width 3), `c` (one number a channel), 1, -1 and 5.
fn network(nodes: &[Vec<u8>]) -> Result<Found, String> {
    let value = |name: &str| Message::default().bytes(1, name.as_bytes()).0;
    let mut graph = nodes.iter().fold(Message::default(), |message, node| message.bytes(1, node));
    let constants = [floats("w", &[4, 4, 3]), floats("c", &[4]), floats("cc", &[1, 4, 1])];
    for constant in
        constants.iter().chain(&[integer("one", 1), integer("minus", -1), integer("five", 5), integer("two", 2)])
    {
        graph = graph.bytes(5, constant);
    }
    let graph = graph.bytes(11, &value("x")).bytes(12, &value("y"));
    read(&Graph::read(&model(&graph)), "x", &["y".into()], false)
}

const CONV: [&str; 2] = ["x", "w"];

#[test]
fn what_is_around_convolutions_becomes_part_of_them() {
    let found = network(&[
        node("Conv", &CONV, "a", &[("dilations", &[2])]),
        node("BatchNormalization", &["a", "c", "c", "c", "c"], "n", &[]),
        node("Relu", &["n"], "r", &[]),
        node("Conv", &["r", "w", "c"], "b", &[("dilations", &[2])]),
        node("Slice", &["a", "two", "minus", "two"], "s", &[]),
        node("Slice", &["s", "zero", "minus", "two"], "unused", &[]),
        node("Relu", &["b"], "k", &[]),
        node("Conv", &["k", "w", "c"], "m", &[]),
        node("Add", &["m", "cc"], "z", &[]),
    ]);
    // `zero` is no constant.
    assert!(found.expect_err("refused").contains("zero"));
    let found = network(&[
        node("Conv", &CONV, "a", &[("dilations", &[2])]),
        node("BatchNormalization", &["a", "c", "c", "c", "c"], "n", &[]),
        node("Relu", &["n"], "r", &[]),
        node("Conv", &["r", "w", "c"], "b", &[]),
        node("Slice", &["a", "one", "minus", "two"], "s", &[]),
        node("Add", &["s", "b"], "t", &[]),
        node("Conv", &["t", "w"], "u", &[]),
        node("Relu", &["u"], "v", &[]),
        node("Softmax", &["v"], "y", &[("axis", &[1])]),
    ])
    .expect("a network");
    assert_eq!((found.ends, found.network.steps.len()), (vec![End::Softmax], 3));
    let [one, two, three] = found.network.steps.as_slice() else { panic!("three steps") };
    assert_eq!((one.convolution.dilation, &one.convolution.before, one.convolution.slope), (2, &None, 1.0));
    let before = two.convolution.before.as_ref().expect("a norm");
    // 0.02 / sqrt(0.02 + 0.00001), and 0.02 - 0.02 of it.
    assert!((before.scale[2] - 0.141_386).abs() < 1e-6 && (before.shift[2] - 0.017_172).abs() < 1e-6, "{before:?}");
    assert_eq!(two.added, Some(Read { value: 1, start: 1, end: 1 }));
    assert_eq!((before.slope, three.convolution.slope), (0.0, 0.0));
    assert!(Prepared::new(&found.network).is_ok());
}

#[test]
fn graphs_that_are_nearly_of_the_kind_are_refused_with_the_reason() {
    let conv = |attributes: &[(&str, &[i64])]| network(&[node("Conv", &CONV, "y", attributes)]);
    assert!(conv(&[]).is_ok());
    let reason = |found: Result<Found, String>| found.expect_err("refused");
    assert_eq!(reason(conv(&[("pads", &[1, 1])])), "the node that writes y (Conv): padding");
    assert_eq!(reason(conv(&[("strides", &[2])])), "the node that writes y (Conv): strides");
    assert!(reason(conv(&[("group", &[3])])).contains("filters for 4 channels in 3 groups read 4"));
    let after = |operator: &str, inputs: &[&str], attributes: &[(&str, &[i64])]| {
        reason(network(&[node("Conv", &CONV, "a", &[]), node(operator, inputs, "y", attributes)]))
    };
    assert!(
        after("MaxPool", &["a"], &[])
            .contains("the node that writes y (MaxPool): an operator that networks of convolutions do not have")
    );
    assert!(after("Conv", &["a", "v"], &[]).contains("v, which is not a constant"));
    assert!(after("Conv", &["a", "one"], &[]).contains("not f32"));
    assert!(after("Slice", &["a", "five", "two", "two"], &[]).contains("depends on the length"));
    assert!(after("Slice", &["a", "one", "minus", "one"], &[]).contains("something else than positions"));
    assert!(after("Add", &["a", "a"], &[]).contains("neither of what is added is a convolution of its own"));
    assert!(after("Softmax", &["a"], &[("axis", &[2])]).contains("not the last"));
    assert!(after("Relu", &["b"], &[]).contains("b, which is not a track"));
    assert!(reason(network(&[])).contains("y is not computed"));
    let twice = [
        node("Conv", &CONV, "a", &[]),
        node("Softmax", &["a"], "b", &[("axis", &[1])]),
        node("Relu", &["b"], "y", &[]),
    ];
    assert!(reason(network(&twice)).contains("two activations"));
}

#[test]
fn activations_one_after_the_other_are_both_done() {
    let found = network(&[
        node("Conv", &CONV, "a", &[]),
        node("Relu", &["a"], "b", &[]),
        node("LeakyRelu", &["b"], "c", &[]),
        node("Conv", &["c", "w"], "y", &[]),
    ])
    .expect("a network");
    let [one, two] = found.network.steps.as_slice() else { panic!("two steps") };
    assert_eq!(one.convolution.slope, 0.0);
    assert_eq!(two.convolution.before.as_ref().map(|before| before.slope), Some(0.01));
}

#[test]
fn a_softmax_before_version_13_is_over_positions_too() {
    let nodes = [node("Conv", &CONV, "a", &[]), node("Softmax", &["a"], "y", &[("axis", &[1])])];
    assert!(network(&nodes).is_ok());
    let graph = nodes.iter().fold(Message::default(), |message, node| message.bytes(1, node));
    let value = Message::default().bytes(1, b"x").0;
    let graph =
        graph.bytes(5, &floats("w", &[4, 4, 3])).bytes(11, &value).bytes(12, &Message::default().bytes(1, b"y").0);
    let old = Message::default().bytes(7, &graph.0).bytes(8, &Message::default().number(2, 12).0).0;
    let why = read(&Graph::read(&old), "x", &["y".into()], false).expect_err("refused");
    assert!(why.contains("(Softmax): before version 13 of the operators, it is over positions too"), "{why}");
}

#[test]
fn a_graph_is_near_if_it_has_the_operators_of_the_kind_and_no_others() {
    let graph = |nodes: &[Vec<u8>]| {
        let graph = nodes.iter().fold(Message::default(), |message, node| message.bytes(1, node));
        operators(&model(&graph))
    };
    let conv = node("Conv", &CONV, "a", &[("pads", &[1, 1])]);
    assert!(is_near(&graph(&[conv.clone(), node("Relu", &["a"], "y", &[])])));
    assert!(!is_near(&graph(&[conv, node("MaxPool", &["a"], "y", &[])])));
    assert!(!is_near(&graph(&[node("Relu", &["x"], "y", &[])])));
}
