using Visuels.EmbeddedMongo.Indexes;

namespace Visuels.EmbeddedMongo.Tests.Language;

/// <summary>Words and stems of Snowball's own English vocabulary.</summary>
public sealed class StemmerTests
{
    [Theory]
    [InlineData("consign consigned consigning consignment consist consisted consistency consistent consistently consisting consists",
        "consign consign consign consign consist consist consist consist consist consist consist")]
    [InlineData("consolation consolations consolatory console consoled consoles consolidate consolidated consolidating consoling consolingly",
        "consol consol consolatori consol consol consol consolid consolid consolid consol consol")]
    [InlineData("consonant consort consorted consorting conspicuous conspicuously conspiracy conspirator conspirators conspire conspired",
        "conson consort consort consort conspicu conspicu conspiraci conspir conspir conspir conspir")]
    [InlineData("constable constables constance constancy constant", "constabl constabl constanc constanc constant")]
    [InlineData("knack knackeries knacks knag knave knaves knavish kneaded kneading knee kneel kneeled kneeling kneels knees knell knelt knew",
        "knack knackeri knack knag knave knave knavish knead knead knee kneel kneel kneel kneel knee knell knelt knew")]
    [InlineData("knick knif knife knight knightly knights knit knits knitted knitting knives knob knobs knock knocked knocker knockers knocking knocks",
        "knick knif knife knight knight knight knit knit knit knit knive knob knob knock knock knocker knocker knock knock")]
    [InlineData("generate generates generated generating general generally generic generously", "generat generat generat generat general general generic generous")]
    [InlineData("skis skies dying idly gently ugly early only singly sky news howe atlas cosmos bias andes", "ski sky die idl gentl ugli earli onli singl sky news howe atlas cosmos bias andes")]
    [InlineData("inning outing canning herring earring proceed exceed succeed", "inning outing canning herring earring proceed exceed succeed")]
    [InlineData("ties cries gas this gaps kiwis hopping hoping falling luxuriated cry by say sayings", "tie cri gas this gap kiwi hop hope fall luxuri cri by say say")]
    [InlineData("relational conditional rationalize operator feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti apology",
        "relat condit ration oper feudal decis hope callous formal sensit sensibl apolog")]
    [InlineData("dog's dogs' 'dog' o'clock", "dog dog dog o'clock")]
    [InlineData("is a be", "is a be")]
    public void A_word_has_the_stem_that_Snowball_gives_it(string words, string stems) =>
        Assert.Equal(stems, string.Join(' ', words.Split(' ').Select(EnglishStemmer.Stem)));
}
