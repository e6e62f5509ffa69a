using System.Text;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>Runs of word characters, and runs of what is neither word character nor white space: <c>\w+|[^\w\s]+</c> as Rust's regex crate reads it.</summary>
internal sealed class WordPattern : IPattern
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public void FindMatches(ReadOnlySpan<char> text, List<Stretch> spans)
    {
        int start = 0;
        int at = 0;
        Kind? run = null;
        foreach (Rune rune in text.EnumerateRunes())
        {
            Kind kind = CharacterClasses.IsRustWord(rune.Value) ? Kind.Word : CharacterClasses.IsWhiteSpace(rune.Value) ? Kind.Space : Kind.Other;
            if (run is { } previous && previous != kind)
            {
                spans.Add(new Stretch(start, at, previous != Kind.Space));
                start = at;
            }
            run = kind;
            at += rune.Utf16SequenceLength;
        }
        spans.Add(new Stretch(start, at, run is Kind.Word or Kind.Other));
    }
}
