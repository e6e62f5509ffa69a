using TraceFast.Constraints;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Synthesis.Writing;

/// <summary>
/// Writes an answer about a topic that obeys constraints: these apply themselves to a draft, blocks are laid out, sentences written within
/// their lengths, then every constraint is checked. An attempt that leads nowhere is followed by another, up to a bound.
/// </summary>
/// <param name="topic">What it is about.</param>
/// <param name="language">Of the instruction.</param>
/// <param name="random">All randomness.</param>
/// <param name="isBrief">As few and as short sentences as the constraints leave room for, within a little.</param>
internal sealed class AnswerWriter(Topic topic, Language language, SeededRandom random, bool isBrief = false)
{
    private const int Attempts = 5, DraftAttempts = 3, ApproachTries = 100;

    /// <summary>Whether a draft can have all constraints, before blocks are laid out.</summary>
    public bool CanApply(IReadOnlyList<Constraint> constraints) => Apply(constraints, addTitle: false) is not null;

    /// <summary>Whether a title that nobody asks for would break nothing.</summary>
    public bool HasRoomForTitle(IReadOnlyList<Constraint> constraints) => Draft(constraints, addTitle: false) is { HasRoomForTitle: true };

    /// <param name="constraints">All are obeyed.</param>
    /// <param name="addTitle">With a title, though nobody asks for one.</param>
    /// <returns>The answer, with what the checks found of it; null: no attempt gave one.</returns>
    public Response? Write(IReadOnlyList<Constraint> constraints, bool addTitle = false)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (Draft(constraints, addTitle) is not { } draft)
                return null;
            if (Compose(draft) is not { } text)
                continue;
            Response response = new(text);
            if (constraints.All(c => c.Check(response).IsObeyed))
                return response;
        }

        return null;
    }

    /// <summary>A draft that all constraints have applied themselves to, laid out, with what it must hold given to its sentences.</summary>
    private Draft? Draft(IReadOnlyList<Constraint> constraints, bool addTitle)
    {
        for (int attempt = 0; attempt < DraftAttempts; attempt++)
        {
            if (Apply(constraints, addTitle) is not { } draft)
                return null;
            Assignment assignment = new(draft);
            if (new Layout(draft, assignment.NeededSentences).Make() && assignment.Assign())
                return draft;
        }

        return null;
    }

    /// <summary>A draft that all constraints have applied themselves to; null: it cannot have one of them.</summary>
    private Draft? Apply(IReadOnlyList<Constraint> constraints, bool addTitle)
    {
        TopicTexts texts = new(topic, random);
        Draft draft = new(language, random, texts, isBrief);
        texts.Refuses = draft.Refuses;
        if (addTitle)
            draft.TakeTitle();
        return constraints.OrderByDescending(DecidesLanguage).All(c => IsInLanguage(c, draft) && c.Apply(draft)) && draft.IsConsistent()
            ? draft : null;
    }

    /// <summary>Goes first, since the others write texts of their own in it.</summary>
    private static bool DecidesLanguage(Constraint constraint) => ((constraint.Type.Owns | constraint.Type.Needs) & Aspects.Script) != 0;

    /// <summary>
    /// Whether a constraint makes sense in an answer that is not in the language of its instruction: it asks for no words of that.
    /// </summary>
    private bool IsInLanguage(Constraint constraint, Draft draft) => draft.Language == language && !draft.IsBilingual
        || (draft.IsBilingual ? constraint.Type.Languages.Count > 1 : constraint.Type.Languages.Contains(draft.Language))
        && constraint.Scope != Scope.Title && !constraint.RequiredTexts.Any(t => t.Any(char.IsLetter))
        && (language == Language.English || !constraint.ToString().Any(c => Script.IsHan(c)));

    private string? Compose(Draft draft)
    {
        Composer composer = new(topic, draft);
        if (draft.Title is not null && !composer.WriteTitle() || !new Budget(draft, composer).Write()
            || draft.Approached.Count > 0 && !Approach(draft, composer) || !draft.ApplyFinish())
            return null;
        return draft.Render();
    }

    /// <summary>
    /// Writes sentences again, one at a time, as long as that brings the counts nearer to what is asked; false: they are not reached.
    /// </summary>
    private bool Approach(Draft draft, Composer composer)
    {
        Sentence[] sentences = [.. draft.Sentences.Where(s => s.Accepts is null)];
        string whole = draft.Render();
        long[] counts = [.. draft.Approached.Select(a => a.Count(whole))], changed = new long[counts.Length];
        long distance = Distance(draft, counts);
        (int least, _, _, int most) = Lengths.OfSentences(draft);
        for (int tries = 0; distance > 0 && sentences.Length > 0 && tries < ApproachTries; tries++)
        {
            Sentence sentence = random.Pick(sentences);
            int length = Lengths.Of(sentence.Text, draft.LengthUnit);
            if (composer.Write(sentence, draft.HasLengthLimit ? length : least, draft.HasLengthLimit ? length : most) is not { } text)
                continue;
            for (int n = 0; n < counts.Length; n++)
                changed[n] = counts[n] + draft.Approached[n].Count(text) - draft.Approached[n].Count(sentence.Text);
            if (Distance(draft, changed) is var now && now > distance)
                continue;
            (sentence.Text, distance) = (text, now);
            (counts, changed) = (changed, counts);
        }

        return distance == 0;
    }

    private static long Distance(Draft draft, long[] counts)
    {
        long distance = 0;
        for (int n = 0; n < counts.Length; n++)
        {
            CountRange range = draft.Approached[n].Range;
            distance += Math.Max(0, (range.Min ?? 0) - counts[n]) + Math.Max(0, counts[n] - (range.Max ?? counts[n]));
        }

        return distance;
    }
}
