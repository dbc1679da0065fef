#![no_main]

genogloss_fuzz::target!(region);
