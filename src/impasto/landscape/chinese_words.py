"""Chinese words of prompts, and the English phrases of the vocabulary that they stand for."""

from __future__ import annotations

from impasto.landscape.exact_reader import AHEAD

__all__ = ["CHARACTERS", "DIGITS", "MEASURES", "SILENT", "WORDS"]

PAIRS = (
    "著着遊游個个隻只條条棟栋間间幾几兩两輪轮點点頭头葉叶處处遠远邊边無无沒没別别裡里裏里還还樣样請请畫画張张種种風风寫写實实筆笔傳传統统黃黄紅红綠绿藍蓝橋桥樓楼閣阁門门牆墙廟庙園园莊庄農农"
    "鄉乡鎮镇漁渔歸归隱隐釣钓雲云霧雾煙烟靄霭陽阳陰阴電电飛飞鳥鸟鶴鹤鷺鹭鴨鸭鷹鹰鵝鹅鷗鸥飄飘島岛嶺岭巒峦巖岩峽峡懸悬澗涧澤泽灣湾樹树楓枫楊杨櫻樱叢丛麥麦徑径階阶帶带絕绝對对靜静寧宁"
    "謐谧憂忧鬱郁傷伤悶闷獨独淒凄涼凉歡欢樂乐懷怀舊旧夢梦憤愤緊紧驚惊懼惧嚴严肅肃溫温壯壮麗丽陸陆離离曉晓後后時时節节氣气潑泼淺浅絳绛龍龙漲涨滿满曠旷廢废圍围僅仅遙遥聳耸潔洁鋪铺蓋盖"
    "積积結结凍冻進进開开來来東东這这為为與与從从長长屬属於于圖图線线禿秃輕轻淨净鮮鲜豔艳側侧數数現见見见圓圆彎弯頂顶廳厅塊块雙双顆颗單单雜杂悅悦愛爱偉伟觀观穩稳懶懒銀银欖榄腳脚邨村"
    "喬乔礦矿霽霁團团孫孙嶽岳嶇岖嶄崭徬彷纜缆纏缠罷罢羅罗縹缥緲缈籠笼環环繞绕駁驳倉仓蒼苍翹翘賞赏車车馬马話话說说給给讓让寬宽廣广闊阔異异堅坚筍笋荊荆蓮莲"
)
"""Traditional characters, each followed by the simplified one."""


CHARACTERS = str.maketrans(dict(zip(PAIRS[::2], PAIRS[1::2], strict=True)))
"""Traditional character → simplified one."""


DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
"""Numeral → its number."""


MEASURES = "个只条艘叶棵株座间栋幢位名头匹块片丛道轮朵群行排面扇处所颗竿对双"
"""Measure words, which stand between a number and a noun."""


_ELEMENTS = {
    "mountain": "山,大山,高山,青山,远山,山脉,山岭,山峦",
    "mountains": "群山,重山,层峦",
    "valley": "山谷,峡谷,谷",
    "peak": "山峰,峰,顶峰,主峰",
    "peaks": "群峰,峰峦",
    "cliff": "悬崖,峭壁,绝壁,崖,断崖",
    "karst": "喀斯特,石柱,石林",
    "hill": "小山,丘陵,山丘,小丘,山坡,土坡",
    "rock": "石头,岩石,石,巨石,怪石,礁石",
    "snow peak": "雪山,雪峰,积雪的山,积雪的山峰,白雪皑皑的山,白雪覆盖的山,冰川,覆雪的山,雪岭",
    "waterfall": "瀑布,飞瀑,飞泉",
    "water": "水,水面,水边",
    "lake": "湖,湖水,湖面,湖泊,湖边,池塘,池,水塘,湖上,湖中,大湖,湖畔",
    "river": "河,江,河流,溪,溪流,小溪,小河,江水,江面,江上,河边,江边,溪水,山涧,大江,长江,河岸",
    "sea": "海,大海,海洋,海边,海面",
    "tree": "树,大树,树木",
    "pine": "松,松树,青松,古松,苍松,柏树,柏,杉树,迎客松",
    "willow": "柳,柳树,垂柳,杨柳",
    "bamboo": "竹,竹子,竹丛,翠竹",
    "bamboo forest": "竹林",
    "pine forest": "松林",
    "bare tree": "枯树,枯木,秃树,寒林",
    "leafy tree": "阔叶树,橡树,银杏,槐树,榆树,绿树",
    "plum": "梅,梅树,桃树,樱树,樱花树,梅花树",
    "plum blossom": "梅花,桃花,樱花,杏花",
    "maple": "枫树,红枫,枫,枫叶",
    "forest": "森林,树林,林,林子,山林,密林",
    "field": "田,田野,稻田,麦田,农田,梯田,水田",
    "building": "建筑,楼,楼房",
    "cottage": "房子,小屋,茅屋,草屋,屋,屋子,房屋,农舍,人家,草堂,草庐,茅舍,木屋",
    "village": "村庄,村子,村,山村,渔村,村落,小镇,小村,水乡,江村",
    "hall": "殿,大殿,宫殿,厅堂,大厅,堂",
    "courtyard": "庭院,院子,院落,园林,花园",
    "temple": "寺,寺庙,庙,古寺,寺院,佛寺",
    "pavilion": "亭,亭子,凉亭,小亭,楼阁,水榭,阁",
    "pagoda": "塔,宝塔,佛塔,古塔",
    "gate": "门,大门,牌坊,山门,城门",
    "wall": "墙,城墙,围墙",
    "great wall": "长城",
    "bridge": "桥,小桥,石桥,木桥,拱桥",
    "path": "小路,路,山路,小径,道路,石阶,古道",
    "figure": "人,人物,行人,男人,女人,孩子,路人,游人,人影",
    "walker": "旅人,行者,僧人,和尚,农夫,樵夫,行旅,旅行者",
    "fisherman": "渔夫,渔翁,渔人,钓鱼的人,钓者,钓鱼人,钓叟,垂钓者",
    "scholar": "文人,书生,诗人,隐士,高士,学者,老人,老翁",
    "boat": "船,小船,舟,小舟,渔船,渔舟,木船,扁舟,孤舟,轻舟,船只",
    "sail": "帆,帆船,风帆,孤帆",
    "ox": "牛,水牛,老牛,黄牛,耕牛",
    "bird": "鸟,飞鸟,鹤,仙鹤,雁,大雁,燕子,白鹭,鹭,鸥,海鸥,鸭子,鹅,鹰,乌鸦,归鸟",
    "mist": "雾,薄雾,云雾,烟雾,烟霭,晨雾,雾霭,烟云",
    "cloud": "云,白云,云朵,云彩",
    "sun": "太阳,日头",
    "setting sun": "落日,夕阳",
    "rising sun": "旭日,朝阳,红日",
    "moon": "月,月亮,明月,圆月,满月,弯月,新月",
}
"""English phrase of an element → Chinese words for it."""


_OTHERS = {
    "spring": "春,春天,春季,早春,春日",
    "summer": "夏,夏天,夏季,盛夏,夏日",
    "autumn": "秋,秋天,秋季,深秋,秋日,金秋,晚秋,红叶,落叶",
    "winter": "冬,冬天,冬季,寒冬,冬日,严冬",
    "snow": "雪,下雪,大雪,飘雪,飞雪,雪花,风雪,雪中,小雪",
    "snowy": "雪景,积雪,冰雪,白雪",
    "icy": "结冰,霜",
    "rain": "雨,下雨,大雨,细雨,小雨,烟雨,雨中,雨天,春雨",
    "storm": "暴风雨,暴雨,雷雨,狂风,风暴,雷电",
    "blizzard": "暴风雪",
    "misty": "有雾,起雾,雾中,朦胧",
    "clear": "晴,晴天,晴朗,天晴,晴空,蓝天,阳光,放晴",
    "cloudy": "阴,阴天,多云,乌云",
    "dawn": "黎明,拂晓,破晓,清晨,凌晨,晨曦",
    "sunrise": "日出",
    "morning": "早晨,早上,上午,晨",
    "noon": "中午,正午",
    "afternoon": "下午,午后",
    "sunset": "日落,晚霞,日暮",
    "dusk": "黄昏,傍晚,暮色,薄暮",
    "evening": "晚上,晚间",
    "night": "夜,夜晚,夜里,深夜,夜色,星空,夜景",
    "moonlit": "月夜,月光,月色,月下",
    "midnight": "午夜,子夜,半夜",
    "ink wash": "水墨,水墨画,墨,黑白",
    "line drawing": "白描,线描,线稿",
    "abstract": "抽象,泼墨,泼彩",
    "lyrical": "写意,抒情,文人画",
    "realistic": "写实,工笔",
    "idyllic": "田园",
    "ruled line": "界画",
    "blue and green": "青绿,青绿山水",
    "light crimson": "浅绛,浅绛山水",
    "no": "没有,无,不要,不画,无有,没",
    "no + figure": "无人,没人,空无一人",
    "nothing else": "别无他物,别的什么都没有,没有别的,没有其他,没有其它,再无其他,再没有别的,无他物,仅此而已",
    "only": "只有,仅有,只画,唯有,仅",
    "several": "几个,几只,几条,几棵,几座,几间,几位,几艘,几株,几头,几块,几,数,数个,若干",
    "some": "一些,有些",
    "many": "很多,许多,无数,众多,多",
    "a flock of": "一群,一行,一排",
    "a single": "独",
    "in the middle": "中间,中央,正中,当中",
    "desert": "沙漠,大漠,沙丘,戈壁",
    "lonely": "孤独,孤寂,寂寞,孤单,孤",
    "serene": "宁静,安详,静谧,恬静",
    "calm": "平静,安静",
    "peaceful": "和平,祥和,安宁",
    "joyful": "欢乐,喜悦,快乐",
    "cheerful": "欢快,愉快,开心",
    "sad": "悲伤,伤心,难过,忧伤",
    "melancholy": "忧郁,惆怅,哀愁",
    "gloomy": "阴郁,阴沉",
    "desolate": "荒凉,凄凉,萧瑟,苍凉",
    "nostalgic": "怀旧,乡愁",
    "mysterious": "神秘",
    "dreamy": "梦幻,如梦",
    "majestic": "雄伟,壮丽,宏伟,壮观,雄壮",
    "romantic": "浪漫",
    "wild": "狂野,狂放",
    "solemn": "庄严,肃穆",
    "hopeful": "希望",
    "angry": "愤怒",
    "fearful": "恐惧,可怕",
    "tense": "紧张",
    "tender": "温柔",
    "red": "红,红色,红色的",
    "orange": "橙色,橙色的,橙",
    "yellow": "黄,黄色,金色,金黄,黄色的",
    "green": "绿,绿色,绿色的",
    "blue": "蓝,蓝色,蓝色的",
    "purple": "紫,紫色,紫色的",
    "pink": "粉红,粉色,粉红色",
    "brown": "褐色,棕色",
    "black": "黑,黑色,黑色的",
    "grey": "灰,灰色,灰色的",
    "white": "白,白色,白色的",
    "small": "小,小小",
    "large": "大,巨大",
    "tall": "高,高大",
    "old": "古老,老,古",
}
"""Other English phrase → Chinese words for it; '+' joins two phrases."""


def _words(text: str) -> list[str]:
    return text.split()


UNKNOWN = """
火山 山羊 雨伞 船长 门牌 水牛车 云雀 冰山 桥梁 雪人 月饼 石狮 石像 竹筏 塔吊 水车 水井 山洞 石碑
花园门 雪橇 风车 火车 田鼠
"""
"""Words that mean something else than their parts, and that no scene can show."""


def _place_words() -> dict[str, str]:
    """Words of places: after 在 they belong to what stands before them, elsewhere to what follows."""
    words: dict[str, str] = {}
    for phrase, names in (
        ("on the left", "左边,左侧,左方,左面,画面左边,画面左侧,左"),
        ("on the right", "右边,右侧,右方,右面,画面右边,画面右侧,右"),
        ("in the middle", "中间,中央,正中,画面中央"),
        ("in the foreground", "近处,前景,近景,眼前,前面,前方,前景中"),
        ("in the distance", "远处,远方,远景,背景,天边,远远,背景中,远处的,遥远的,后面"),
    ):
        for name in names.split(","):
            words[name] = AHEAD + phrase
            words |= {f"{name}{ending}": AHEAD + phrase for ending in ("有", "是", "的")}
            words |= {f"{verb}{name}": phrase for verb in ("在", "位于", "于")}
            words |= {f"在{name}有": AHEAD + phrase}
    return words


def _all_words() -> dict[str, str]:
    words = {
        w.strip(): phrase for table in (_OTHERS, _ELEMENTS) for phrase, names in table.items() for w in names.split(",")
    }
    words |= _place_words()
    words |= {word: word for word in _words(UNKNOWN)}
    return words | {
        "远山": f"{AHEAD}in the distance + mountain",
        "孤舟": "lonely + a + boat",
        "孤帆": "lonely + a + sail",
    }


WORDS: dict[str, str] = _all_words()
"""Chinese word, simplified → English phrases, joined by ' + '."""


SILENT = frozenset(
    _words("""
的 有 和 与 跟 及 在 是 上 下 里 中 着 了 一 旁 旁边 边 之 间 之间 着的 画 一幅 一张 幅 张 画面
风景 风景画 山水 山水画 中国画 国画 中国 传统 请画 请 景 景色 天 天空 空 时 时候 时分 日 风格 前 后
内 外 从 到 向 又 也 还 而 以及 并 里面 上面 下面 下方 上方 脚下 山下 山上 山间 山中 山前 林中 林间
水上 天上 空中 岸边 岸上 飞 飞过 停着 立着 坐着 站着 漂着 飘着 漂浮 流过 流淌 停泊 座落 坐落 矗立
耸立 环绕 笼罩 覆盖 这 那 其 它 他 她 我 想要 要 给我 来 一下 之下 之上 里有 上有 中有 下有 旁有
边有 处 种 种着 长着 画着 画中 图 飘 落 正 正在 两岸 除此之外 此外 西下 西沉 升起 初升 图画 作品
一处 只 个
""")
)
"""Chinese words without a meaning for a picture."""
