namespace TraceFast.Data;

/// <summary>Who speaks a message. Tool and observation turns have no role here: the readers refuse them by name.</summary>
public enum Role
{
    System,
    User,
    Assistant,
}

/// <summary>One turn of a conversation, as text; the chat template turns it into tokens later.</summary>
public sealed record Message(Role Role, string Content)
{
    /// <summary>
    /// Its record says that it is not to be trained ("weight": 0, "train": false and the like): it is read, and is no label.
    /// </summary>
    public bool Untrained { get; init; }

    /// <summary>What the assistant thought before it answered, where that is beside the content; null: nothing does.</summary>
    public Thought? Thought { get; init; }

    /// <summary>The message's other keys as one JSON object, which a model's own chat template may read; null: there are none.</summary>
    public string? OtherKeys { get; init; }
}

/// <summary>A thought and the key of the message that it is under ("reasoning_content", "reasoning" or "thinking").</summary>
public sealed record Thought(string Key, string Text);

/// <summary>What a record gives a model's own chat template beside its messages, each as JSON text; null where it gives none.</summary>
/// <param name="Tools">A list of objects, not empty.</param>
/// <param name="Documents">A list of objects, not empty.</param>
/// <param name="Keywords">An object, not empty: chat_template_kwargs.</param>
public sealed record TemplateVariables(string? Tools, string? Documents, string? Keywords);

/// <summary>Where a record is in what the user gave.</summary>
/// <param name="File">The path as the user named it (or dataset_dir joined with file_name).</param>
/// <param name="Line">1-based line on which the record starts, inside .json arrays too; 0 in a file without lines (Parquet).</param>
/// <param name="Number">0-based number of the record in its file.</param>
public sealed record SourceLocation(string File, int Line, int Number)
{
    /// <summary>
    /// "file:line", the form that editors and terminals make clickable; "file: record N", counted from 1, in a file without lines.
    /// </summary>
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

    /// <summary>
    /// The assistant's message, without the end-of-turn token, which the template adds. Its text is empty only where it is rejected.
    /// </summary>
    public sealed record Text(Message Message) : Response
    {
        public Text(string content)
            : this(new Message(Role.Assistant, content))
        {
        }

        public string Content => Message.Content;
    }

    /// <summary>Ready token ids (at least one), end-of-turn token included: nothing is added to them.</summary>
    public sealed record Ids(int[] Tokens) : Response;
}

/// <summary>One unit of training, of the sampler's order and of an accumulation step.</summary>
public abstract record TrainingRecord(SourceLocation Origin)
{
    /// <summary>What goes to a model's own chat template with each of its prompts; null: nothing.</summary>
    public TemplateVariables? Variables { get; init; }

    /// <summary>All its messages, answers included; none of ready token ids.</summary>
    public IEnumerable<Message> Messages => this switch
    {
        SftRecord sft => sft.Conversation,
        PairRecord pair => [.. Of(pair.Prompt), .. Of(pair.Chosen), .. Of(pair.Rejected)],
        QuadRecord quad => [.. Of(quad.X1), .. Of(quad.Y1), .. Of(quad.X2), .. Of(quad.Y2), .. Of(quad.F1), .. Of(quad.F2)],
        PromptRecord alone => alone.Prompt,
        _ => [],
    };

    /// <summary>Whether any of it becomes tokens by a chat template.</summary>
    public bool HoldsText => this switch
    {
        SftRecord or PromptRecord => true,
        PairRecord pair => pair.Prompt is Prompt.Chat || pair.Chosen is Response.Text || pair.Rejected is Response.Text,
        QuadRecord quad => quad.X1 is Prompt.Chat || quad.X2 is Prompt.Chat || quad.Y1 is Response.Text || quad.Y2 is Response.Text,
        _ => false,
    };

    private static IReadOnlyList<Message> Of(Prompt prompt) => prompt is Prompt.Chat chat ? chat.Messages : [];

    private static IReadOnlyList<Message> Of(Response? response) => response is Response.Text text ? [text.Message] : [];
}

/// <summary>
/// A conversation of which every assistant turn is trained that is not marked <see cref="Message.Untrained"/>; it ends with the
/// assistant's.
/// </summary>
public sealed record SftRecord(SourceLocation Origin, IReadOnlyList<Message> Conversation) : TrainingRecord(Origin);

/// <summary>Supervised fine-tuning from ready token ids; only the response is trained.</summary>
public sealed record SftIdsRecord(SourceLocation Origin, int[] PromptIds, int[] ResponseIds) : TrainingRecord(Origin);

/// <summary>One prompt, the response to prefer and the one to avoid.</summary>
public sealed record PairRecord(SourceLocation Origin, Prompt Prompt, Response Chosen, Response Rejected) : TrainingRecord(Origin);

/// <summary>
/// Two prompts that differ in their constraints: <c>Y1</c> obeys <c>X1</c> and not <c>X2</c>, <c>Y2</c> obeys <c>X2</c> and not <c>X1</c>.
/// </summary>
public sealed record QuadRecord(SourceLocation Origin, Prompt X1, Response Y1, Prompt X2, Response Y2) : TrainingRecord(Origin)
{
    /// <summary>An answer to X1 that fails, of the policy's own; null: none is known.</summary>
    public Response? F1 { get; init; }

    /// <summary>The same to X2.</summary>
    public Response? F2 { get; init; }

    /// <summary>Y1 obeys all of X1, as far as the record says: it lists no constraint as broken.</summary>
    public bool Y1Verified { get; init; } = true;

    /// <summary>The same of Y2 and X2.</summary>
    public bool Y2Verified { get; init; } = true;
}

/// <summary>A prompt without an answer: of a benchmark, to be described, or one whose answers a stage samples itself.</summary>
public sealed record PromptRecord(SourceLocation Origin, IReadOnlyList<Message> Prompt) : TrainingRecord(Origin);

/// <summary>
/// The stage of training decides which record layouts are read: dpo reads pairs (or quads when the data are quads), iopo reads quads, grpo
/// prompts, whose answers it samples.
/// </summary>
public enum Stage
{
    Sft,
    Dpo,
    Iopo,
    Grpo,
}
