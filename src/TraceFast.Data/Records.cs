namespace TraceFast.Data;

/// <summary>Who speaks a message. Tool and observation turns have no role here: the readers refuse them by name.</summary>
public enum Role
{
    System,
    User,
    Assistant,
}

/// <summary>One turn of a conversation, as text; the chat template turns it into tokens later.</summary>
public sealed record Message(Role Role, string Content);

/// <summary>Where a record stands in what the user gave.</summary>
/// <param name="File">The path as the user named it (or dataset_dir joined with file_name).</param>
/// <param name="Line">1-based line on which the record starts, inside .json arrays too; 0 in a file without lines (Parquet).</param>
/// <param name="Number">0-based number of the record in its file.</param>
public sealed record RecordOrigin(string File, int Line, int Number)
{
    /// <summary>"file:line", the form that editors and terminals make clickable; "file: record N", counted from 1, in a file without lines.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}" : $"{File}: record {Number + 1}";
}

/// <summary>What the model reads before it answers: messages whose last one is the user's, or ready token ids.</summary>
public abstract record Prompt
{
    private Prompt()
    {
    }

    /// <summary>Messages that end where the assistant answers (at least one; the last is the user's).</summary>
    public sealed record Chat(IReadOnlyList<Message> Messages) : Prompt;

    /// <summary>Ready token ids (at least one, none negative); no template is applied to them.</summary>
    public sealed record Ids(int[] Tokens) : Prompt;
}

/// <summary>What the model is to answer, or not to answer.</summary>
public abstract record Response
{
    private Response()
    {
    }

    /// <summary>The assistant's text (not empty), without the end-of-turn token, which the template adds.</summary>
    public sealed record Text(string Content) : Response;

    /// <summary>Ready token ids (at least one), end-of-turn token included: nothing is added to them.</summary>
    public sealed record Ids(int[] Tokens) : Response;
}

/// <summary>One unit of training, of the sampler's order and of an accumulation step.</summary>
public abstract record TrainingRecord(RecordOrigin Origin);

/// <summary>A conversation of which every assistant turn is trained; it ends with one.</summary>
public sealed record SftRecord(RecordOrigin Origin, IReadOnlyList<Message> Conversation) : TrainingRecord(Origin);

/// <summary>Supervised fine-tuning from ready token ids; only the response is trained.</summary>
public sealed record SftIdsRecord(RecordOrigin Origin, int[] PromptIds, int[] ResponseIds) : TrainingRecord(Origin);

/// <summary>One prompt, the response to prefer and the one to avoid.</summary>
public sealed record PairRecord(RecordOrigin Origin, Prompt Prompt, Response Chosen, Response Rejected) : TrainingRecord(Origin);

/// <summary>Two prompts that differ in their constraints: <c>Y1</c> obeys <c>X1</c> and not <c>X2</c>, <c>Y2</c> obeys <c>X2</c> and not <c>X1</c>.</summary>
public sealed record QuadRecord(RecordOrigin Origin, Prompt X1, Response Y1, Prompt X2, Response Y2) : TrainingRecord(Origin);

/// <summary>The stage of training decides which record layouts are read: dpo reads pairs (or quads when the data are quads), iopo reads quads.</summary>
public enum Stage
{
    Sft,
    Dpo,
    Iopo,
}
