namespace TraceFast.Constraints;

/// <summary>The part of the answer that a constraint speaks about. "Each" parts: every such part must obey, and there must be at least one.</summary>
public enum Scope
{
    Whole,
    Title,
    FirstLine,
    LastLine,
    FirstSentence,
    LastSentence,
    FirstParagraph,
    LastParagraph,
    EachParagraph,
    EachSentence,
    EachLine,
    EachItem,
}
