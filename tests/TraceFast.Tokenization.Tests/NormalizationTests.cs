using System.Text;
using TraceFast.Data.CodePoints;
using TraceFast.Tokenization.Normalizers;

namespace TraceFast.Tokenization.Tests;

public class NormalizationTests
{
    [Theory]
    [InlineData("é", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("e\u0301\u0323", "\u1EB9\u0301", "e\u0323\u0301", "\u1EB9\u0301", "e\u0323\u0301")]
    [InlineData("ﬁ", "ﬁ", "ﬁ", "fi", "fi")]
    [InlineData("가각", "가각", "\u1100\u1161\u1100\u1161\u11A8", "가각", "\u1100\u1161\u1100\u1161\u11A8")]
    [InlineData("\u1112\u1161\u11AB", "한", "\u1112\u1161\u11AB", "한", "\u1112\u1161\u11AB")]
    [InlineData("Å", "Å", "A\u030A", "Å", "A\u030A")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\U000110A5\U000110BA", "\U000110AB", "\U000110A5\U000110BA", "\U000110AB", "\U000110A5\U000110BA")]
    [InlineData("Ⅷ ½ １２ …", "Ⅷ ½ １２ …", "Ⅷ ½ １２ …", "VIII 1⁄2 12 ...", "VIII 1⁄2 12 ...")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("a\u0300\u0315\u0301", "à\u0301\u0315", "a\u0300\u0301\u0315", "à\u0301\u0315", "a\u0300\u0301\u0315")]
    // Younger than Unicode 9, by which the library goes: the square era name Reiwa, a Todhri letter.
    [InlineData("\u32FF", "\u32FF", "\u32FF", "\u32FF", "\u32FF")]
    public void Forms(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        Assert.Equal(nfc, Normalize(UnicodeForm.NFC, text));
        Assert.Equal(nfd, Normalize(UnicodeForm.NFD, text));
        Assert.Equal(nfkc, Normalize(UnicodeForm.NFKC, text));
        Assert.Equal(nfkd, Normalize(UnicodeForm.NFKD, text));
    }

    /// <summary>Invariants of UAX 15 on random texts of characters that normalization touches.</summary>
    [Fact]
    public void Forms_are_stable_and_agree_with_one_another()
    {
        Random random = new(7);
        int[] interesting = [.. Enumerable.Range(0xA0, 0x30000).Where(c => Rune.IsValid(c)
            && (UnicodeTables.Default.Class(c) != 0 || UnicodeTables.Default.Decomposition(c, true) is not null
                || c is >= 0x1100 and < 0x1200))];
        Assert.True(interesting.Length > 5000);
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(
                Enumerable.Range(0, random.Next(8))
                    .Select(_ =>
                        char.ConvertFromUtf32(random.Next(4) == 0 ? 'a' + random.Next(26) : interesting[random.Next(interesting.Length)])));
            string nfc = Normalize(UnicodeForm.NFC, text);
            string nfd = Normalize(UnicodeForm.NFD, text);
            string nfkc = Normalize(UnicodeForm.NFKC, text);
            string nfkd = Normalize(UnicodeForm.NFKD, text);
            Assert.Equal(nfc, Normalize(UnicodeForm.NFC, nfc));
            Assert.Equal(nfc, Normalize(UnicodeForm.NFC, nfd));
            Assert.Equal(nfd, Normalize(UnicodeForm.NFD, nfc));
            Assert.Equal(nfd, Normalize(UnicodeForm.NFD, nfd));
            Assert.Equal(nfkc, Normalize(UnicodeForm.NFKC, nfkd));
            Assert.Equal(nfkd, Normalize(UnicodeForm.NFKD, nfkc));
            Assert.Equal(nfkd, Normalize(UnicodeForm.NFKD, nfd));
        }
    }

    private static string Normalize(UnicodeForm form, string text)
    {
        int origin = 0;
        return new UnicodeNormalizer(form).Normalize(text, ref origin);
    }
}
