using TraceFast.Tokenization;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Training.Encoding;

/// <summary>How records longer than <c>cutoff_len</c> are handled.</summary>
public enum OverflowRule
{
    /// <summary>An error that names file:line, length and limit.</summary>
    Error,

    /// <summary>The record is left out and counted.</summary>
    Drop,

    /// <summary>Prompts lose their first tokens and responses their last, so the header before the answer survives.</summary>
    TruncateBalanced,

    /// <summary>Prompts and responses both lose their last tokens: the published trainer's rule, for comparison.</summary>
    TruncatePublished,
}

/// <summary>How records become tokens.</summary>
/// <param name="CutoffLen">Most tokens of a sequence.</param>
public sealed record EncodingOptions(int CutoffLen, OverflowRule Overflow = OverflowRule.Error)
{
    /// <summary>sft: only the last turn is trained.</summary>
    public bool MaskHistory { get; init; }

    /// <summary>sft: prompts are labels too.</summary>
    public bool TrainOnPrompt { get; init; }

    /// <summary>Skip records that the chat format cannot express instead of failing.</summary>
    public bool SkipBadRecords { get; init; }

    /// <summary>Ids must be below it; 0 = not checked.</summary>
    public int VocabularySize { get; init; }
}

/// <summary>
/// Records to token ids: text through the chat format (prompt and response tokenized separately, end-of-turn tokens with the response),
/// ready ids as they are; then the limit on length. Nothing is cut or dropped without being counted and named.
/// </summary>
/// <param name="format">How conversations become tokens; may be null where all records hold ready ids.</param>
public sealed class RecordEncoder(ChatFormat? format, EncodingOptions options)
{
    /// <summary>A text that cannot fit is not tokenized, unless it will be truncated.</summary>
    private int AtMost => options.Overflow is OverflowRule.Error or OverflowRule.Drop ? options.CutoffLen : int.MaxValue;

    /// <summary>Template and options must fit each other.</summary>
    /// <exception cref="InputException">They do not.</exception>
    public static void Require(ChatFormat format, EncodingOptions options)
    {
        if (options.TrainOnPrompt && format.EfficientEos)
            throw new InputException(
                $"train_on_prompt: template {format.Name} ends only the last answer with a token and cannot be "
                    + "trained on prompts; use another template");
    }

    /// <summary>Lines that show a record's tokens and which of them are labels, for a run to print once.</summary>
    public IReadOnlyList<string> Describe(EncodedRecord record)
    {
        RecordPart[] parts = [.. record.AllParts.Where(p => p.Tokens.Length > 0)];
        return format != null
            ? format.DescribeTokens([.. parts.Select(p => (p.Tokens, p.Trained))])
            : [.. parts.Select(p => $"{(p.Trained ? "labelled" : "prompt")} ({p.Tokens.Length} tokens): [{string.Join(", ", p.Tokens)}]")];
    }

    /// <summary>Encodes one record. What is wrong with it is in the outcome; this may be called from several threads.</summary>
    public EncodedOutcome Encode(TrainingRecord record)
    {
        EncodedOutcome outcome = new(
            record.Origin, record switch
            {
                PairRecord => RecordLayout.Pair,
                QuadRecord => RecordLayout.Quad,
                PromptRecord => RecordLayout.Prompt,
                _ => RecordLayout.Sft,
            });
        try
        {
            EncodedRecord encoded = Tokenize(record);
            Check(encoded);
            int length = encoded.LongestSequence;
            outcome = outcome with { Length = length, Spelled = format?.SpecialTokensIn(record.Messages) };
            bool tooLong = length > options.CutoffLen;
            if (options.Overflow is OverflowRule.Error or OverflowRule.Drop)
                return tooLong
                    ? outcome with { Note = $"{length} tokens ({Sizes(encoded)}), limit {options.CutoffLen}" }
                    : outcome with { Record = encoded };
            bool published = options.Overflow == OverflowRule.TruncatePublished;
            if (!tooLong && !published)
                return outcome with { Record = encoded };
            EncodedRecord cut = new Truncation(options.CutoffLen, KeepsPromptEnd: !published).Cut(encoded);
            if (cut.TokenCount == encoded.TokenCount)
                return outcome with { Record = cut };
            return outcome with
            {
                Record = cut,
                Truncated = true,
                Note = $"{length} tokens ({Sizes(encoded)}) cut to {cut.LongestSequence} ({Sizes(cut)})",
            };
        }
        catch (TextTooLongException e)
        {
            return outcome with
            {
                Length = e.AtLeast,
                LengthIsLowerBound = true,
                Note = $"at least {e.AtLeast} tokens, limit {options.CutoffLen}",
            };
        }
        catch (InputException e)
        {
            return outcome with { Length = 0, Spelled = null, Bad = true, Note = e.Message };
        }
    }

    private EncodedRecord Tokenize(TrainingRecord record)
    {
        switch (record)
        {
            case SftRecord r:
                return new EncodedSft(0, [.. Conversation(r)]);
            case SftIdsRecord r:
                return new EncodedSft(0, [new RecordPart(r.PromptIds, options.TrainOnPrompt), new RecordPart(r.ResponseIds, true)]);
            case PairRecord r:
                return new EncodedPair(
                    0, Tokens(r, r.Prompt, before: r.Chosen), Answer(r, r.Prompt, r.Chosen), Answer(r, r.Prompt, r.Rejected));
            case QuadRecord r:
                return new EncodedQuad(
                    0, Tokens(r, r.X1, before: r.Y1), Answer(r, r.X1, r.Y1), Tokens(r, r.X2, before: r.Y2), Answer(r, r.X2, r.Y2))
                {
                    F1 = r.F1 is null ? [] : Answer(r, r.X1, r.F1), F2 = r.F2 is null ? [] : Answer(r, r.X2, r.F2),
                    Y1Verified = r.Y1Verified, Y2Verified = r.Y2Verified,
                };
            case PromptRecord r:
                return new EncodedPrompt(0, Format().EncodePrompt(r.Prompt, AtMost, record.Variables));
            default:
                throw new ArgumentException($"{record.GetType().Name} is not a record that is trained on");
        }
    }

    /// <summary>The prompt and the response of each turn, in order; marks of messages say which are not labels.</summary>
    private IEnumerable<RecordPart> Conversation(SftRecord record)
    {
        List<(bool Asked, bool Answered)> marks = [];
        bool asked = true;
        foreach (Message message in record.Conversation)
        {
            if (message.Role != Role.Assistant)
            {
                asked &= !message.Untrained;
                continue;
            }
            marks.Add((asked, !message.Untrained));
            asked = true;
        }
        if (options.MaskHistory && marks is [.., { Answered: false }])
            throw new InputException(
                "its last answer is marked as not to be trained, and mask_history: true trains the "
                    + "last one only; remove the record, or set mask_history: false");
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = Format()
            .EncodeTurns(record.Conversation, options.MaskHistory, AtMost, record.Variables);
        return turns.Zip(marks.TakeLast(turns.Count))
            .SelectMany(
                t => new[] { new RecordPart(t.First.Prompt, options.TrainOnPrompt && t.Second.Asked),
                    new RecordPart(t.First.Response, t.Second.Answered) });
    }

    private int[] Tokens(TrainingRecord record, Prompt prompt, Response before) => prompt switch
    {
        Prompt.Chat chat => Format().EncodePrompt(chat.Messages, AtMost, record.Variables, (before as Response.Text)?.Message),
        Prompt.Ids ids => ids.Tokens,
        _ => throw new ArgumentException($"{prompt.GetType().Name} is not a prompt"),
    };

    private int[] Answer(TrainingRecord record, Prompt prompt, Response response) => (prompt, response) switch
    {
        (Prompt.Chat chat, Response.Text text) => Format().EncodeResponse(chat.Messages, text.Message, AtMost, record.Variables),
        (_, Response.Ids ids) => ids.Tokens,
        _ => throw new InputException("the prompt is token ids and the response text; expected both as ids or both as text"),
    };

    private ChatFormat Format() => format ?? throw new InvalidOperationException("a record of text needs a chat format");

    /// <summary>Every sequence needs something that predicts and something predicted, with ids that the model has.</summary>
    private void Check(EncodedRecord record)
    {
        IEnumerable<(string Name, int[] Tokens)> parts = record switch
        {
            EncodedPair r => [("prompt", r.Prompt), ("chosen", r.Chosen), ("rejected", r.Rejected)],
            EncodedQuad r =>
            [
                ("x1", r.X1), ("y1", r.Y1), ("x2", r.X2), ("y2", r.Y2),
                .. new[] { ("failed1", r.F1), ("failed2", r.F2) }.Where(f => f.Item2.Length > 0),
            ],
            EncodedSft r => r.Parts.Select((p, i) => ($"part {i}", p.Tokens)),
            EncodedPrompt r => [("prompt", r.Tokens)],
            _ => [],
        };
        foreach ((string name, int[] tokens) in parts)
        {
            if (tokens.Length == 0 && record is not EncodedSft)
                throw new InputException($"{name} is empty; expected at least one token");
            foreach (int id in tokens)
                if (id < 0 || (options.VocabularySize > 0 && id >= options.VocabularySize))
                    throw new InputException(
                        $"{name} holds token id {format?.DescribeToken(id) ?? $"{id}"}; expected 0 "
                            + $"to {options.VocabularySize - 1}, the model's vocabulary");
        }
        if (record is EncodedSft && RecordSequences.LabelCount(record, SequenceRole.Sft) == 0)
            throw new InputException("nothing is left to train on; expected a response of at least one token after the prompt");
    }

    private static string Sizes(EncodedRecord record) => record switch
    {
        EncodedPair r => $"prompt {r.Prompt.Length}, chosen {r.Chosen.Length}, rejected {r.Rejected.Length}",
        EncodedQuad r => $"x1 {r.X1.Length}, y1 {r.Y1.Length}, x2 {r.X2.Length}, y2 {r.Y2.Length}"
            + (r.F1.Length + r.F2.Length > 0 ? $", failed1 {r.F1.Length}, failed2 {r.F2.Length}" : ""),
        EncodedPrompt r => $"prompt {r.Tokens.Length}",
        EncodedSft r =>
            $"{r.Parts.Count} part{(r.Parts.Count == 1 ? "" : "s")}: "
            + string.Join(", ", r.Parts.Take(6).Select(p => p.Tokens.Length)) + (r.Parts.Count > 6 ? ", ..." : ""),
        _ => "",
    };
}
