using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Writing;

/// <summary>Gives what an answer must hold (words, questions, numbers, marks) to the sentences of its draft.</summary>
internal sealed class Assignment
{
    private readonly Draft _draft;
    private readonly SeededRandom _random;
    private readonly List<SpecialSentences> _special = [];
    private readonly int _citations;

    public Assignment(Draft draft)
    {
        (_draft, _random) = (draft, draft.Random);
        foreach (SpecialSentences special in draft.Special)
            _special.AddRange(Enumerable.Repeat(special, special.Range.SampleCount(_random)));
        _citations = draft.Citations.Marks.SampleCount(_random);
        NeededSentences = Math.Max(Math.Max(_special.Count + WordSentences(), draft.FewestSentences), (_citations + 1) / 2);
    }

    /// <summary>How many sentences are needed at least.</summary>
    public int NeededSentences { get; }

    /// <summary>False: there are too few sentences.</summary>
    public bool Assign()
    {
        List<Sentence> sentences = _draft.Sentences;
        if (!AssignSpecial(sentences) || !AssignOrders(sentences) || !AssignWords() || !AssignRepeated(sentences))
            return false;
        KeepApart(sentences);
        foreach ((string word, Scope scope) in _draft.Forbidden)
        {
            foreach (Sentence sentence in _draft.PartsOf(scope).SelectMany(s => s))
                sentence.Forbidden.Add(word);
        }

        foreach (Sentence sentence in sentences)
            sentence.Mark = sentence.IsPunctuated || sentence.IsQuestion ? MarkOf(sentence) : "";
        SetEdges();
        if (!_draft.ApplyEdits() || _citations > 0 && sentences.Count == 0)
            return false;
        int entries = _draft.Citations.Entries > 0 ? _draft.Citations.Entries : Math.Max(1, _citations);
        for (int n = 0; n < _citations; n++)
        {
            Sentence sentence = sentences[n * sentences.Count / _citations];
            sentence.BeforeMark += $"{sentence.Blank}[{n % entries + 1}]";
        }

        return true;
    }

    /// <summary>Sentences that words need: two of them fit in one.</summary>
    private int WordSentences()
    {
        int words = 2 * _draft.Ordered.Count, most = 0;
        foreach ((string word, Scope scope) in _draft.Words)
            words += scope is Scope.Title or Scope.EachParagraph || _draft.Repeated.Exists(r => r.Word == word) ? 0 : 1;
        foreach ((_, int count) in _draft.Repeated)
            (words, most) = (words + count, Math.Max(most, count));
        return Math.Max((words + 1) / 2, most);
    }

    private bool AssignSpecial(List<Sentence> sentences)
    {
        List<Sentence> free = [.. sentences.Where(s => s.IsFree)];
        if (free.Count < _special.Count)
            return false;
        _random.Shuffle(free);
        HashSet<Sentence> opened = [.. _draft.Openings.Keys.SelectMany(_draft.PartsOf).Select(part => part[0])];
        free = [.. free.OrderBy(opened.Contains)]; // a question after "A few facts:" reads oddly
        for (int n = 0; n < _special.Count; n++)
            _special[n].Make(free[n]);
        return true;
    }

    private bool AssignOrders(List<Sentence> sentences)
    {
        foreach ((string first, string second) in _draft.Ordered)
        {
            int one = sentences.FindIndex(s => s.IsFree), two = sentences.FindLastIndex(s => s.IsFree);
            if (one < 0)
                return false;
            sentences[one].Words.Add(first);
            sentences[two].Words.Add(second);
        }

        return true;
    }

    /// <summary>First words that must be at one place, so that the others do not take it.</summary>
    private bool AssignWords()
    {
        foreach ((string word, Scope scope) in _draft.Words.OrderBy(k => k.Scope == Scope.Whole))
        {
            IReadOnlyList<IReadOnlyList<Sentence>> parts = _draft.PartsOf(scope);
            if (parts.Count == 0)
                return false;
            foreach (IReadOnlyList<Sentence> part in parts)
            {
                if (part.Any(s => s.Words.Contains(word)))
                    continue;
                if ((scope == Scope.Title ? part[0] : Room(part)) is not { } sentence)
                    return false;
                sentence.Words.Add(word);
            }
        }

        return true;
    }

    private bool AssignRepeated(List<Sentence> sentences)
    {
        foreach ((string word, int count) in _draft.Repeated)
        {
            for (int have = sentences.Count(s => s.Words.Contains(word)); have < count; have++)
            {
                if (Room(sentences.Where(s => !s.Words.Contains(word))) is not { } sentence)
                    return false;
                sentence.Words.Add(word);
            }
        }

        return true;
    }

    /// <summary>Words whose number or order matters are in the sentences that they were given to, and in no other.</summary>
    private void KeepApart(List<Sentence> sentences)
    {
        IEnumerable<Sentence> all = _draft.Title is { } title ? sentences.Append(title.Sentence) : sentences;
        foreach (string word in _draft.Repeated.Select(r => r.Word).Concat(_draft.Ordered.SelectMany(o => new[] { o.First, o.Second }))
            .Distinct())
        {
            foreach (Sentence sentence in all.Where(s => !s.Words.Contains(word)))
                sentence.Forbidden.Add(word);
        }
    }

    /// <summary>A sentence that can take a word more; empty ones first.</summary>
    private Sentence? Room(IEnumerable<Sentence> among)
    {
        Sentence[] free = [.. among.Where(s => s.IsFree)];
        if (free.Length == 0)
            free = [.. among.Where(s => s.Kinds.Count == 0 && s.Words.Count == 1)];
        return free.Length > 0 ? _random.Pick(free) : null;
    }

    private string MarkOf(Sentence sentence)
    {
        string[] marks = (sentence.Language, sentence.IsQuestion) switch
        {
            (Language.Chinese, true) => ["？"],
            (Language.Chinese, _) => ["。", "！"],
            (_, true) => ["?"],
            _ => [".", "!"],
        };
        return marks.FirstOrDefault(m => !_draft.Refuses(m)) ?? "";
    }

    /// <summary>How the answer and its parts begin and end.</summary>
    private void SetEdges()
    {
        foreach ((Scope scope, string text) in _draft.Openings)
        {
            foreach (IReadOnlyList<Sentence> part in _draft.PartsOf(scope))
                part[0].Prefix = Rendering.Join(text, part[0].Prefix);
        }

        foreach ((Scope scope, string text) in _draft.Closings)
        {
            foreach (IReadOnlyList<Sentence> part in _draft.PartsOf(scope))
                part[^1].Suffix = Rendering.Join(part[^1].Suffix, text);
        }
    }
}
