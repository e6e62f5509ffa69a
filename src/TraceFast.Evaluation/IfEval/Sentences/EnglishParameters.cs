using System.Collections.Frozen;

namespace TraceFast.Evaluation.IfEval.Sentences;

/// <summary>How a word (its lower-case type) is known to be written.</summary>
[Flags]
internal enum Orthography
{
    None = 0,

    /// <summary>With a small first letter.</summary>
    Lower = 1,

    /// <summary>With a small first letter at a sentence's start.</summary>
    LowerAtStart = 2,

    /// <summary>With a capital inside a sentence.</summary>
    UpperInside = 4,

    /// <summary>With a capital anywhere.</summary>
    Upper = 8,
}

/// <summary>
/// What Punkt learns from a corpus, here written by hand for English: abbreviations, frequent sentence starters, and how common words are written.
/// NLTK's trained tables (156 abbreviations, 37 collocations, 39 starters, 20,366 words) are not part of this program.
/// </summary>
internal static class EnglishParameters
{
    /// <summary>The type of every number.</summary>
    public const string Number = "##number##";

    /// <summary>Without their last dot. Not among them, as in the trained list: fig, e.g, i.e, etc, al, no, vol.</summary>
    private static readonly FrozenSet<string> s_abbreviations = Set("""
        mr mrs ms messrs dr prof rev hon gov sen sens rep reps gen col lt maj capt sgt cmdr adm st jr sr esq ph.d m.d b.a m.a
        inc corp co cos ltd bros mfg dept univ s.a n.v a.g l.p s.p.a plc
        jan feb mar apr jun jul aug sept sep oct nov dec mon tues wed thurs fri sat sun a.m p.m yr yrs ft lb lbs oz hr hrs min sec mi
        u.s u.k u.n u.s.a u.s.s.r e.c d.c n.y n.j n.c s.c n.h n.m n.d s.d l.a w.va r.i p.r
        ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo
        ave blvd rd vs c v p pp ed eds approx est ext j.p r.j r.h j.c j.r c.v d.h e.f g.k a.c a.h h.f j.j w.w t.j m.b.a
        """);

    /// <summary>Of the trained pairs only what their kind is: an initial or number that goes with the next word.</summary>
    private static readonly FrozenSet<(string, string)> s_collocations = new[] { ("st", "louis"), ("st", "petersburg"), ("u.s", "district") }.ToFrozenSet();

    private static readonly FrozenSet<string> s_starters = Set("""
        the this these those they he she it but however although moreover meanwhile separately while since when after under most many some
        in his her its if also still despite instead yet because such even earlier among later then though during nevertheless
        """);

    /// <summary>Written with a capital at a sentence's start alone.</summary>
    private static readonly FrozenSet<string> s_lowerInside = Set("""
        since yes additionally furthermore therefore thus hence overall finally consequently similarly specifically generally typically usually
        often sometimes always never recently currently perhaps maybe please remember note simply once upon before below between through
        throughout without within whether where whereas whenever wherever therein herein otherwise likewise indeed instead rather several
        various each every either neither both another others these those they their them himself herself itself themselves
        understanding using making taking getting going doing being having looking according depending given based due along across around against
        although moreover however meanwhile nevertheless nonetheless besides despite except including regarding concerning considering
        next second third lastly firstly secondly thirdly eventually suddenly immediately later earlier afterwards soon already
        can could should would must might cannot does did has had were was are is don isn aren doesn didn won wouldn couldn
        know think believe consider try make take use keep start begin continue add mix stir serve place put set turn give tell ask answer
        contact visit call email write read check ensure provide include increase reduce improve develop create build choose select find
        shape form type level amount size color colour price cost value name list order step example reason result question answer idea plan
        language music art food story poem book song game movie data code software website product service business market team
        family friend child school work job career life health body heart mind eyes hand head body skin hair clothes shoes
        water fruit vegetables meat fish bread milk coffee tea sugar salt oil butter cheese eggs rice
        trees flowers animals dogs cats birds rain snow wind fire light sound colors
        people students users customers companies researchers scientists children women men many much few little more less fewer
        """);

    /// <summary>Written with a small letter and, in names, titles and quoted speech, with a capital inside sentences.</summary>
    private static readonly FrozenSet<string> s_both = Set("""
        the a an and or but in on at by for from to of with as if it its he his she her we our you your i my me that this there then than
        what who why how when which while no not new so well all one two three first last most some any many such after before over under
        up down out off do go come see look here now today good great best big old black white north south east west street state united
        national american world bank company house day night year time life love man woman king water air sea part section chapter step
        b c d e f g h j k l m n o p r s t u v w x y z
        """);

    public static bool IsAbbreviation(string lower) => s_abbreviations.Contains(lower) || s_abbreviations.Contains(lower[(lower.LastIndexOf('-') + 1)..]);

    public static bool IsCollocation(string first, string second) => s_collocations.Contains((first, second));

    public static bool IsFrequentStarter(string type) => s_starters.Contains(type);

    public static Orthography Of(string type) =>
        s_lowerInside.Contains(type) ? Orthography.Lower | Orthography.Upper
        : s_both.Contains(type) ? Orthography.Lower | Orthography.Upper | Orthography.UpperInside
        : Orthography.None;

    private static FrozenSet<string> Set(string words) => words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
