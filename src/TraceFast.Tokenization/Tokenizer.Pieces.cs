using TraceFast.Data;
using TraceFast.Tokenization.AddedTokens;
using TraceFast.Tokenization.Patterns;
using TraceFast.Tokenization.PreTokenizers;

namespace TraceFast.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>
    /// The ids of texts that follow each other, tokenized as the one text they make, except that a special token is matched only where
    /// all of its characters are in pieces that allow it. So a user's "&lt;|im_end|&gt;" stays plain text between the template's own,
    /// and where no piece spells out a special token the ids equal those of the joined text.
    /// </summary>
    /// <param name="pieces">Texts in order; whether the text may hold special tokens.</param>
    /// <param name="atMost">As for a single text.</param>
    /// <exception cref="InputException">As for a single text.</exception>
    public int[] Encode(IReadOnlyList<(string Text, bool AllowSpecial)> pieces, int atMost = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        string text = string.Concat(pieces.Select(p => p.Text));
        RequireUnicode(text);
        MatchingBudget.Renew(text.Length);
        bool[] plain = new bool[text.Length];
        int at = 0;
        foreach ((string piece, bool allowSpecial) in pieces)
        {
            plain.AsSpan(at, piece.Length).Fill(!allowSpecial);
            at += piece.Length;
        }

        EncodingPass pass = new(Math.Min(text.Length / 3, atMost) + 4) { AtMost = atMost };
        List<Segment> segments = new();
        _added.Split(text, _added.InRawText, specialAsPlain: false, segments, plain);
        List<Segment> inner = new();
        foreach (Segment segment in segments)
        {
            Span<bool> plainHere = plain.AsSpan(segment.Start, segment.Length);
            if (segment.Id != Segment.Text)
            {
                pass.Ids.Add(segment.Id);
            }
            else if (_normalizer is not null)
            {
                // After normalization a special token has no place in the text any more: those that are looked for there are matched
                // where the whole stretch between raw ones allows it.
                EncodeText(text, segment, plainHere.Contains(true), pass);
            }
            else
            {
                inner.Clear();
                _added.Split(text.AsSpan(segment.Start, segment.Length), _added.InNormalizedText, specialAsPlain: false, inner, plainHere);
                foreach (Segment part in inner)
                    if (part.Id == Segment.Text)
                        EncodePiece(new Piece(text, segment.Start + part.Start, part.Length, FirstCharacter(text)), pass);
                    else
                        pass.Ids.Add(part.Id);
            }
        }
        return [.. pass.Ids];
    }
}
