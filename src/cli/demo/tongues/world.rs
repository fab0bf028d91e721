//! Turkish, Hindi, Arabic, Chinese and Swahili.

use super::Tongue;

pub const TURKISH: Tongue = Tongue {
    share: 5,
    given: "Ayşe,Mehmet,Elif,Mustafa,Zeynep,Emre,Gülşen,İbrahim,Çiğdem,Oğuz,Şule,Uğur",
    family: "Yılmaz,Kaya,Demir,Şahin,Çelik,Yıldız,Öztürk,Aydın,Güneş,Kılıç,Doğan,Işık,Çöpoğlu",
    run_together: false,
    phone: "+90560#######",
    sum: "# TL",
    months: "Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık",
    place_starts: "Yeni,Ak,Kara,Taş,Güzel,Su,Çam,Demir,Gök,Altın",
    place_ends: "köy,tepe,su,dere,yurt,hisar,pınar,ova",
    things: "fatura,modem,sözleşme,ödeme,kart,banka,indirim,hat,abonelik,teknisyen,taahhüt,fırtına,çatı,noter,fırın,leylek",
    complaints: [
        &["{month} faturasında {sum} fazla var.", "İndirim {month} ayından beri yok.", "Modem ücreti iki kez alınmış."],
        &["{date} günü {sum} ödedi, hesap hâlâ borçlu görünüyor.", "{receipt} numaralı ödeme işlenmemiş."],
        &["Ödeme yapıldığı hâlde {place} hattı kapalı.", "{date} gününden beri internet yok, evden çalışıyor."],
        &["Fatura adresi {place} olsun istiyor.", "Eski faturaların kopyasını istiyor."],
    ],
    asides: &["{date} günü {name} ile görüşmüş.", "Sebep {thing} diyor.", "Cihaz {serial}.", "Üçüncü arama."],
    notes: &["{receipt} ödemesi bulundu.", "Cevap yok, yarın aranacak.", "{sum} iade istendi."],
};

pub const HINDI: Tongue = Tongue {
    share: 5,
    given: "सुनीता,राहुल,अंजलि,विक्रम,प्रिया,अमित,लक्ष्मी,कृष्णा,गीता,संजय,श्रुति,ऋषि",
    family: "शर्मा,कुमार,सिंह,वर्मा,गुप्ता,मिश्रा,यादव,पटेल,चौधरी,त्रिपाठी,भट्टाचार्य,ज्ञानेश्वर",
    run_together: false,
    phone: "+91557#######",
    sum: "₹#",
    months: "जनवरी,फ़रवरी,मार्च,अप्रैल,मई,जून,जुलाई,अगस्त,सितंबर,अक्टूबर,नवंबर,दिसंबर",
    place_starts: "राम,कृष्ण,नव,सुंदर,गोविंद,शांति,आनंद,लाल,हरि,चंद्र",
    place_ends: "पुर,नगर,गंज,गढ़,बाग,गाँव,खेड़ा,कुंज",
    things: "बिल,राउटर,रसीद,भुगतान,खाता,बैंक,छूट,कनेक्शन,तार,कार्ड,तकनीशियन,जमा राशि,आँधी,छत,वकील,मंदिर,बंदर",
    complaints: [
        &["{month} के बिल में {sum} ज़्यादा लगे हैं।", "राउटर का किराया दो बार जोड़ा गया है।", "{month} से छूट नहीं मिल रही।"],
        &["{date} को {sum} का भुगतान किया, खाते में नहीं दिख रहा।", "रसीद {receipt} का पैसा जमा नहीं हुआ।"],
        &["भुगतान के बाद भी {place} का कनेक्शन बंद है।", "{date} से इंटरनेट नहीं है, घर से काम करते हैं।"],
        &["बिल का पता बदलकर {place} करना है।", "पुराने बिलों की प्रति चाहिए।"],
    ],
    asides: &["{date} को {name} से बात हुई थी।", "कहते हैं कि {thing} की वजह से है।", "यंत्र {serial}।", "तीसरी बार फ़ोन किया।"],
    notes: &["भुगतान {receipt} मिल गया।", "फ़ोन नहीं उठाया, कल फिर करेंगे।", "{sum} वापस करने का अनुरोध भेजा।"],
};

pub const ARABIC: Tongue = Tongue {
    share: 4,
    given: "فاطمة,محمد,ليلى,أحمد,مريم,يوسف,نور,خالد,هند,إبراهيم,رُقيّة,عبد الرحمن",
    family: "حداد,المصري,خوري,النجار,العلي,منصور,الشامي,القاضي,بن سعيد,الزهراني,أبو زيد,التكريتي",
    run_together: false,
    phone: "+97157#######",
    sum: "# درهم",
    months: "يناير,فبراير,مارس,أبريل,مايو,يونيو,يوليو,أغسطس,سبتمبر,أكتوبر,نوفمبر,ديسمبر",
    place_starts: "حي ,شارع ,برج ,ساحة ,سوق ,وادي ",
    place_ends: "النخيل,السلام,الزهور,البحر,القمر,الياسمين,الحجر,العين",
    things: "فاتورة,جهاز,إيصال,عقد,بطاقة,مصرف,خصم,خط,اشتراك,فني,رسالة,عاصفة,سطح,محام,مخبز,صقر",
    complaints: [
        &["زيادة {sum} في فاتورة {month}.", "رسوم الجهاز محسوبة مرتين.", "الخصم غير موجود منذ {month}."],
        &["دفع {sum} يوم {date} وما زال الحساب مستحقا.", "الإيصال {receipt} لم يسجل في الحساب."],
        &["الخدمة مقطوعة في {place} رغم الدفع.", "لا يوجد إنترنت منذ {date} والعميل يعمل من البيت."],
        &["يطلب تغيير العنوان إلى {place}.", "يطلب نسخة من كل الفواتير."],
    ],
    asides: &["تحدث مع {name} يوم {date}.", "يقول إن السبب {thing}.", "الجهاز {serial}.", "هذا الاتصال الثالث."],
    notes: &["تم العثور على الدفعة {receipt}.", "لا يرد، سنتصل غدا.", "طلب رد مبلغ {sum}."],
};

pub const CHINESE: Tongue = Tongue {
    share: 4,
    given: "伟,芳,娜,秀英,敏,静,丽,强,磊,军,洋,艳,雨桐,梓涵,浩然,若曦",
    family: "王,李,张,刘,陈,杨,赵,黄,周,吴,欧阳,司马,诸葛",
    run_together: true,
    phone: "+86194########",
    sum: "#元",
    months: "一月,二月,三月,四月,五月,六月,七月,八月,九月,十月,十一月,十二月",
    place_starts: "东,西,南,北,青,金,白,龙,凤,长",
    place_ends: "山路,江路,湖镇,石桥,安里,门街,沙村",
    things: "账单,路由器,收据,合同,银行卡,优惠,宽带,线路,押金,师傅,短信,雷雨,阳台,律师,茶馆,燕窝",
    complaints: [
        &["{month}的账单多收了{sum}。", "路由器租金收了两次。", "从{month}起没有优惠。"],
        &["{date}已付款{sum}，账户还显示欠费。", "收据{receipt}没有入账。"],
        &["已经付款，{place}的宽带还是停机。", "从{date}起没有网络，在家上班。"],
        &["账单地址改到{place}。", "需要以前所有账单的副本。"],
    ],
    asides: &["{date}和{name}通过电话。", "说是{thing}的问题。", "设备{serial}。", "第三次来电。"],
    notes: &["付款{receipt}已找到。", "无人接听，明天再打。", "已申请退款{sum}。"],
};

pub const SWAHILI: Tongue = Tongue {
    share: 3,
    given: "Amina,Juma,Neema,Baraka,Zawadi,Hamisi,Rehema,Salim,Upendo,Mwajuma",
    family: "Mwangi,Otieno,Wanjiru,Kamau,Njoroge,Achieng,Kiprono,Mutua,Ng'ang'a,Wekesa,Barasa",
    run_together: false,
    phone: "+25564#######",
    sum: "TSh #",
    months: "Januari,Februari,Machi,Aprili,Mei,Juni,Julai,Agosti,Septemba,Oktoba,Novemba,Desemba",
    place_starts: "Mto ,Bonde la ,Kilima ,Mji ,Soko la ,Pwani ",
    place_ends: "Mpya,Mbuyu,Ndovu,Samaki,Jua,Kongwe,Minazi",
    things: "bili,kisambazi,risiti,mkataba,malipo,benki,punguzo,laini,akaunti,fundi,dhoruba,paa,wakili,duka la mkate,korongo",
    complaints: [
        &["Bili ya {month} imezidi kwa {sum}.", "Kodi ya kisambazi imelipishwa mara mbili."],
        &["Alilipa {sum} tarehe {date}, akaunti bado inaonyesha deni.", "Malipo ya simu {receipt} hayajaonekana."],
        &["Huduma imekatwa {place} ingawa malipo yamefanyika.", "Hakuna intaneti tangu {date}."],
        &["Anataka bili zipelekwe {place}.", "Anaomba nakala za bili zote."],
    ],
    asides: &["Aliongea na {name} tarehe {date}.", "Anasema sababu ni {thing}.", "Kifaa {serial}."],
    notes: &["Malipo {receipt} yamepatikana.", "Hapokei simu, tutapiga kesho.", "Marejesho ya {sum} yameombwa."],
};
