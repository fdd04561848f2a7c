// Emoji by their short names, by kind; loaded when somebody first asks for one.

const TABLE = `
smileys: 😀 grinning|😃 smiley|😄 smile|😁 grin|😆 laughing|😅 sweat_smile|😂 joy|🤣 rofl|🙂 slightly_smiling_face|🙃 upside_down_face|😉 wink|😊 blush|😇 innocent|🥰 smiling_face_with_three_hearts|😍 heart_eyes|🤩 star_struck|😘 kissing_heart|😋 yum|😛 stuck_out_tongue|😜 stuck_out_tongue_winking_eye|🤪 zany_face|🤗 hugs|🤭 hand_over_mouth|🤫 shushing_face|🤔 thinking|🤐 zipper_mouth_face|🤨 raised_eyebrow|😐 neutral_face|😑 expressionless|😶 no_mouth|😏 smirk|😒 unamused|🙄 roll_eyes|😬 grimacing|😌 relieved|😔 pensive|😪 sleepy|😴 sleeping|😷 mask|🤒 face_with_thermometer|🤢 nauseated_face|🤮 vomiting_face|🤧 sneezing_face|🥵 hot_face|🥶 cold_face|🥴 woozy_face|😵 dizzy_face|🤯 exploding_head|🤠 cowboy_hat_face|🥳 partying_face|😎 sunglasses|🤓 nerd_face|🧐 monocle_face|😕 confused|😟 worried|🙁 slightly_frowning_face|😮 open_mouth|😯 hushed|😲 astonished|😳 flushed|🥺 pleading_face|😨 fearful|😰 cold_sweat|😥 disappointed_relieved|😢 cry|😭 sob|😱 scream|😖 confounded|😞 disappointed|😓 sweat|😩 weary|😫 tired_face|🥱 yawning_face|😤 triumph|😡 rage|😠 angry|🤬 cursing_face|😈 smiling_imp|💀 skull|💩 poop|🤡 clown_face|👻 ghost|👽 alien|🤖 robot|😺 smiley_cat|🙈 see_no_evil|🙉 hear_no_evil|🙊 speak_no_evil
people: 👍 +1|👎 -1|👌 ok_hand|✌️ v|🤞 crossed_fingers|🤘 metal|🤙 call_me_hand|👈 point_left|👉 point_right|👆 point_up_2|👇 point_down|✋ raised_hand|👋 wave|👏 clap|🙌 raised_hands|👐 open_hands|🤝 handshake|🙏 pray|✍️ writing_hand|💪 muscle|👀 eyes|🧠 brain|👶 baby|👩 woman|👨 man|🤷 shrug|🤦 facepalm|🙋 raising_hand|💃 dancer|🕺 man_dancing|🏃 running|🚶 walking|👑 crown
hearts: ❤️ heart|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart|💜 purple_heart|🖤 black_heart|💔 broken_heart|💕 two_hearts|💖 sparkling_heart|💯 100|💥 boom|💫 dizzy|💤 zzz|💬 speech_balloon
nature: 🐶 dog|🐱 cat|🐭 mouse|🐰 rabbit|🦊 fox_face|🐻 bear|🐼 panda_face|🐨 koala|🦁 lion|🐮 cow|🐷 pig|🐸 frog|🐵 monkey_face|🐔 chicken|🐧 penguin|🐦 bird|🦉 owl|🐝 bee|🐛 bug|🦋 butterfly|🐌 snail|🐞 lady_beetle|🐢 turtle|🐍 snake|🐙 octopus|🦀 crab|🐟 fish|🐬 dolphin|🐳 whale|🌵 cactus|🎄 christmas_tree|🌲 evergreen_tree|🌴 palm_tree|🌱 seedling|🍀 four_leaf_clover|🍁 maple_leaf|🌷 tulip|🌹 rose|🌻 sunflower|🌍 earth_africa|🌙 crescent_moon|⭐ star|✨ sparkles|⚡ zap|🔥 fire|🌈 rainbow|☀️ sunny|☁️ cloud|❄️ snowflake|💧 droplet|🌊 ocean
food: 🍎 apple|🍌 banana|🍇 grapes|🍓 strawberry|🍒 cherries|🍑 peach|🍍 pineapple|🥑 avocado|🍅 tomato|🥕 carrot|🌽 corn|🍞 bread|🧀 cheese|🍔 hamburger|🍟 fries|🍕 pizza|🌮 taco|🍣 sushi|🍜 ramen|🍝 spaghetti|🥗 green_salad|🍿 popcorn|🍪 cookie|🎂 birthday|🍰 cake|🍫 chocolate_bar|🍩 doughnut|🍦 icecream|☕ coffee|🍵 tea|🍺 beer|🍻 beers|🥂 clinking_glasses|🍷 wine_glass
things: 🎉 tada|🎊 confetti_ball|🎁 gift|🎈 balloon|🏆 trophy|🥇 1st_place_medal|⚽ soccer|🏀 basketball|🎮 video_game|🎲 game_die|🎨 art|🎵 musical_note|🎸 guitar|📷 camera|💻 computer|⌨️ keyboard|📱 iphone|☎️ phone|🔋 battery|💡 bulb|🔦 flashlight|📚 books|📖 book|📝 memo|✏️ pencil2|📌 pushpin|📎 paperclip|📅 date|📈 chart_with_upwards_trend|📉 chart_with_downwards_trend|📦 package|✉️ email|🔑 key|🔒 lock|🔨 hammer|🔧 wrench|⚙️ gear|🧪 test_tube|💊 pill|⏰ alarm_clock|⌛ hourglass|💰 moneybag|🚀 rocket|✈️ airplane|🚗 car|🚲 bike|🚢 ship|⚓ anchor|⛵ sailboat|🏠 house|🏢 office|🏥 hospital|🏖️ beach_umbrella|⛰️ mountain
signs: ✅ white_check_mark|☑️ ballot_box_with_check|❌ x|❓ question|❗ exclamation|⚠️ warning|⛔ no_entry|🚫 no_entry_sign|➕ heavy_plus_sign|➖ heavy_minus_sign|♻️ recycle|🔴 red_circle|🟠 orange_circle|🟡 yellow_circle|🟢 green_circle|🔵 large_blue_circle|⬆️ arrow_up|⬇️ arrow_down|⬅️ arrow_left|➡️ arrow_right|🔄 arrows_counterclockwise|🆗 ok|🆕 new|🆒 cool|🔔 bell|🔕 no_bell|🏁 checkered_flag|🚩 triangular_flag_on_post|🏳️‍🌈 rainbow_flag
`;

export interface Emoji {
  emoji: string;
  name: string;
}

export const kinds: readonly { kind: string; all: readonly Emoji[] }[] = TABLE.trim().split("\n").map((line) => {
  const [kind = "", rest = ""] = line.split(": ");
  const all = rest.split("|").map((one) => {
    const [emoji = "", name = ""] = one.split(" ");
    return { emoji, name };
  });
  return { kind, all };
});

const all = kinds.flatMap((kind) => kind.all);

/** Those whose name has the word, first the ones whose name begins with it. */
export function find(word: string, most: number): Emoji[] {
  const wanted = word.toLowerCase();
  const begins = all.filter((one) => one.name.startsWith(wanted));
  const holds = all.filter((one) => !one.name.startsWith(wanted) && one.name.includes(wanted));
  return [...begins, ...holds].slice(0, most);
}

/** `:tada:` as people type it. */
export function byName(name: string): string | undefined {
  return all.find((one) => one.name === name)?.emoji;
}
