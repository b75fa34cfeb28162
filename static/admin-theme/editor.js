// The newsroom's editor (CKEditor 5) on every textarea.rich-text: headings, lists, tables, pictures; what is pasted from
// Word or WPS keeps these and loses fonts and colours. What goes wrong is said in a line under the editor.
"use strict";

const UNUSED = [
  "Markdown", "FullPage", "HtmlEmbed", "MediaEmbed", "GeneralHtmlSupport", "Font", "Highlight", "TodoList",
  "CodeBlock", "Mention", "PageBreak", "Style", "SourceEditing", "ImageResize", "CKFinderUploadAdapter", "ShowBlocks",
  "TableProperties", "TableCellProperties", "IndentBlock", "Autosave", "WordCount", "Code", "SpecialCharacters",
  "SpecialCharactersEssentials", "ListProperties", "LinkImage",
];

function settingsFor(area) {
  return {
    licenseKey: "GPL",
    language: { ui: "zh-cn", content: "zh-cn" },
    removePlugins: UNUSED,
    toolbar: {
      items: [
        "heading", "|", "bold", "italic", "underline", "removeFormat", "|", "alignment", "bulletedList", "numberedList", "blockQuote", "|",
        "link", "uploadImage", "insertTable", "horizontalLine", "|", "findAndReplace", "undo", "redo",
      ],
      shouldNotGroupWhenFull: true,
    },
    alignment: { options: ["left", "center", "right"].map((name) => ({ name, className: `align-${name}` })) },
    heading: {
      options: [
        { model: "paragraph", title: "正文", class: "ck-heading_paragraph" },
        { model: "heading2", view: "h2", upcastAlso: ["h1"], title: "标题", class: "ck-heading_heading2" },
        { model: "heading3", view: "h3", title: "小标题", class: "ck-heading_heading3" },
        { model: "heading4", view: "h4", upcastAlso: ["h5", "h6"], title: "更小的标题", class: "ck-heading_heading4" },
      ],
    },
    image: {
      toolbar: ["imageTextAlternative", "toggleImageCaption", "|", "imageStyle:block", "imageStyle:side"],
      insert: { type: "block", integrations: ["upload"] },
      // also what the site does not take: the editor drops it without a word, the site says why
      upload: { types: ["jpeg", "png", "webp", "heic", "heif", "gif", "bmp", "tiff", "svg+xml"] },
    },
    table: { contentToolbar: ["tableColumn", "tableRow", "mergeTableCells"] },
    link: { defaultProtocol: "https://" },
    simpleUpload: {
      uploadUrl: area.dataset.upload,
      headers: { "X-CSRFToken": area.form.elements.csrfmiddlewaretoken.value },
    },
  };
}

function wordsOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.body.textContent.replace(/\s/g, "").length;
}

function foot(area) {
  const line = document.createElement("p");
  line.className = "editor-foot";
  const count = document.createElement("span");
  const said = document.createElement("span");
  said.className = "editor-said";
  said.setAttribute("role", "alert");
  line.append(count, said);
  return { line, count, said };
}

// Where what was pasted ends with a table or a picture, that stands selected, and the next key or picture would take its
// place: go on in a line of its own after it.
function goOnAfter(editor) {
  const chosen = editor.model.document.selection.getSelectedElement();
  if (chosen) editor.execute("insertParagraph", { position: editor.model.createPositionAfter(chosen) });
}

async function edit(area) {
  const { line, count, said } = foot(area);
  const editor = await window.ClassicEditor.create(area, settingsFor(area));
  area.nextElementSibling.after(line);
  let refused = "", foreign = "";
  const say = () => { said.textContent = [refused, foreign].filter(Boolean).join(" "); };
  editor.plugins.get("Notification").on("show:warning", (event, data) => {
    refused = `${data.message || "图片没有上传成功，请再试一次。"}`;
    say();
    event.stop();
  }, { priority: "highest" });
  editor.commands.get("uploadImage").on("execute", () => { refused = ""; }, { priority: "highest" });
  editor.plugins.get("ClipboardPipeline").on("contentInsertion", () => goOnAfter(editor), { priority: "lowest" });
  editor.commands.get("uploadImage").on("execute", () => goOnAfter(editor), { priority: "highest" });
  const show = () => {
    const html = editor.getData();
    area.value = html;
    count.textContent = `正文 ${wordsOf(html).toLocaleString("zh-CN")} 字`;
    foreign = /<img[^>]+src="(?:https?:|file:)/.test(html)
      ? "从别处粘贴来的图片不会保存，请把图片另存到电脑，再用工具栏的「上传图片」放进来。" : "";
    say();
  };
  editor.model.document.on("change:data", () => {
    show();
    area.dispatchEvent(new Event("change", { bubbles: true }));
  });
  show();
}

document.querySelectorAll("textarea.rich-text").forEach((area) => {
  edit(area).catch((problem) => {
    const { line, said } = foot(area);
    said.textContent = "编辑器没有打开，可以直接改下面的文字；请换 Chrome、Edge 或 360 浏览器的新版本再试。";
    area.after(line);
    throw problem;
  });
});
